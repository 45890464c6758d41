// What the docs tell people to send is something that the graph takes.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { buildSchema, type DocumentNode, Kind, parse, validate } from 'graphql'
import { expect, test } from 'vitest'

const pages = ['README.md', ...readdirSync('docs').map((page) => `docs/${page}`)]
const schema = buildSchema(readFileSync('schema/api.graphql', 'utf8'))

/** Documents in blocks of their own, and those inside commands of the shell. */
function documentsOf(page: string): string[] {
  const text = readFileSync(page, 'utf8')
  const blocks = [...text.matchAll(/```graphql\n([\s\S]*?)```/g)].map(([, code = '']) => code)
  const commands = [...text.matchAll(/\{"query":"((?:[^"\\]|\\.)*)"\}/g)].map(([, code = '']) =>
    JSON.parse(`"${code.replaceAll(/'\$\w+'/g, 'x')}"`),
  )
  return [...blocks, ...commands]
}

/** Each operation as a document of its own; none for the schema of a subgraph. */
function operationsOf(text: string): DocumentNode[] {
  const { definitions } = parse(text)
  const fragments = definitions.filter(({ kind }) => kind === Kind.FRAGMENT_DEFINITION)
  return definitions
    .filter(({ kind }) => kind === Kind.OPERATION_DEFINITION)
    .map((operation) => ({ kind: Kind.DOCUMENT, definitions: [operation, ...fragments] }))
}

test('every operation that the README and the docs show is valid', () => {
  const operations = pages.flatMap((page) =>
    documentsOf(page).flatMap((text) => operationsOf(text).map((document) => ({ page, document }))),
  )
  expect(operations.length).toBeGreaterThan(8)
  for (const { page, document } of operations) {
    expect(validate(schema, document).map(({ message }) => `${page}: ${message}`)).toEqual([])
  }
})

test('every file that the README and the docs link to is there', () => {
  for (const page of pages) {
    const folder = page.includes('/') ? 'docs/' : ''
    const links = [...readFileSync(page, 'utf8').matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g)]
    for (const [, target = ''] of links) {
      expect(() => readdirOrFile(`${folder}${target}`), `${page} → ${target}`).not.toThrow()
    }
  }
})

test('every test that tests/CASES.md names is there', () => {
  const named = [...readFileSync('tests/CASES.md', 'utf8').matchAll(/`([\w/-]+(?:\.test)?\.ts)`/g)]
  expect(named.length).toBeGreaterThan(150)
  for (const [, file = ''] of named) expect(existsSync(`tests/${file}`), file).toBe(true)
})

function readdirOrFile(path: string): unknown {
  try {
    return readdirSync(path)
  } catch {
    return readFileSync(path)
  }
}
