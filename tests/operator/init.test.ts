// `sallyport init`: files to begin with, and nothing of a team's own written over.
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { refuseOldNode } from '../../scripts/operator/node-version.ts'
import { sallyport } from './sallyport.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sallyport-init-'))
  writeFileSync(
    join(folder, 'people.graphql'),
    'type Query { user: User } type User @key(fields: "id") { id: ID! nick: String }',
  )
})
afterEach(() => rmSync(folder, { recursive: true }))

const people = [
  '--subgraph',
  'people=http://127.0.0.1:9/graphql',
  '--schema',
  'people=people.graphql',
]
const init = (...args: string[]) => sallyport(['init', ...args], {}, folder)
const read = (file: string) => readFileSync(join(folder, file), 'utf8')

test('auth makes room for what the graph has, in the file and in what is said', async () => {
  const { code, stdout } = await init(...people)
  expect(code).toBe(0)
  expect(stdout).toMatch(/wrote {2}supergraph\.yaml/)
  expect(stdout).toContain('User is called Account here')
  expect(read('supergraph.yaml')).toContain('User: Account')
  expect(existsSync(join(folder, 'compose.yaml'))).toBe(true)
})

test('a file that is there stays, and what it lacks is said; auth has what names that file gives it', async () => {
  const own =
    'subgraphs:\n  orders: { routing_url: http://127.0.0.1:9/, schema: { file: o.graphql } }\n'
  writeFileSync(join(folder, 'supergraph.yaml'), own)
  const { code, stdout } = await init(...people)
  expect(code).toBe(0)
  expect(stdout).toMatch(/kept {3}supergraph\.yaml/)
  expect(stdout).toContain('Add to supergraph.yaml: people')
  expect(stdout).not.toContain('Auth makes room')
  expect(read('supergraph.yaml')).toBe(own)
})

test.each([
  [
    'an address without its scheme',
    ['--subgraph', 'people=localhost:4003/graphql'],
    2,
    /people=http:\/\/localhost:4003\/graphql/,
  ],
  [
    'the same subgraph twice',
    [...people, '--subgraph', 'people=http://127.0.0.1:9/'],
    2,
    /people is given twice/,
  ],
  [
    'each subgraph that does not answer, with what to type,',
    ['--subgraph', 'a=http://127.0.0.1:9/', '--subgraph', 'b=http://127.0.0.1:9/'],
    1,
    /^a: .* cannot be reached\. Start it, or name its SDL file: --schema a=<file>\nb: /,
  ],
  ['a folder instead of an SDL', [...people.slice(0, 3), 'people=.'], 2, /There is no file \./],
])('%s is refused, and nothing is written', async (_, args, code, said) => {
  const refused = await init(...args)
  expect(refused.stderr).toMatch(said)
  expect(refused.code).toBe(code)
  expect(existsSync(join(folder, 'supergraph.yaml'))).toBe(false)
})

test('an SDL that is wrong is told with file and line', async () => {
  writeFileSync(join(folder, 'people.graphql'), '\uFEFFtype Query {\r\n  user: \r\n}\r\n')
  const { code, stderr } = await init(...people)
  expect(stderr.trim()).toMatch(/^people: Syntax Error: .* \(people\.graphql:3\)$/)
  expect(code).toBe(1)
})

test('a folder where a file belongs is told by its name', async () => {
  for (const command of [['compose'], ['check'], ['access', 'matrix']]) {
    const { code, stderr } = await sallyport([...command, '--config', '.'], {}, folder)
    expect([code, stderr.trim()]).toEqual([2, '. is a folder: name the supergraph.yaml in it.'])
  }
  mkdirSync(join(folder, '.env'))
  const { code, stderr } = await sallyport(['compose'], {}, folder)
  expect(stderr.trim()).toMatch(/^\.env cannot be read: /)
  expect(code).toBe(1)
})

test('a setting that is empty is one that is not there, and an empty file is told', async () => {
  const none = await sallyport(['compose'], { SUPERGRAPH_CONFIG: '' }, folder)
  expect([none.code, none.stderr]).toEqual([
    2,
    expect.stringContaining('"sallyport init" writes one'),
  ])
  writeFileSync(join(folder, 'supergraph.yaml'), '# later\n')
  const empty = await sallyport(['compose'], {}, folder)
  expect(empty.stderr).toMatch(/supergraph\.yaml cannot be used:\n {2}- supergraph\.yaml is empty/)
})

test('an old Node is told by its version, and those of engines are not', () => {
  const { engines } = JSON.parse(readFileSync('package.json', 'utf8')) as {
    engines: { node: string }
  }
  const oldest = engines.node.replace('>=', '')
  for (const version of [oldest, '22.1.0', '24.0.0', '26.3.1', process.versions.node])
    expect(() => refuseOldNode(version)).not.toThrow()
  for (const version of ['18.20.4', '20.18.3'])
    expect(() => refuseOldNode(version)).toThrow(
      `Node ${version} is too old: Sallyport needs 20.19`,
    )
})

test('what only reads files leaves nothing in a folder', async () => {
  writeFileSync(
    join(folder, 'supergraph.yaml'),
    'subgraphs:\n  people: { routing_url: http://127.0.0.1:9/graphql, schema: { file: people.graphql }, access: authenticated }\nauth: { names: { User: Account, Query.user: account } }\n',
  )
  const { code, stderr } = await sallyport(['check'], {}, folder)
  expect([code, stderr]).toEqual([0, ''])
  expect(readdirSync(folder).sort()).toEqual(['people.graphql', 'supergraph.yaml'])
})

test.each([
  [['auth-sdl', '--of', 'graph'], '--of is gateway'],
  [['access', 'explain', '--document', '.'], '--document . is neither a file nor'],
  [['subgraphs', '--format', 'yaml'], '--format is one of table, json'],
  [['usage', '--field', 'A.b', '--format', 'csv'], '--format is one of table, json'],
])('%j: a value that nobody knows is not passed over', async (args, said) => {
  const { code, stdout, stderr } = await sallyport(args, {}, folder)
  expect([code, stdout, stderr]).toEqual([2, '', expect.stringContaining(said)])
})

test('--version says which release it is', async () => {
  const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string }
  for (const option of ['--version', '-v']) {
    const { code, stdout } = await sallyport([option], {}, folder)
    expect([code, stdout]).toEqual([0, `${version}\n`])
  }
})
