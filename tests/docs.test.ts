// What the docs tell people to send is something that the graph takes.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { buildSchema, type DocumentNode, extendSchema, Kind, parse, validate } from 'graphql'
import { expect, test } from 'vitest'
import { gatewaySdl } from '../gateway/administration/sdl.ts'
import { commands } from '../scripts/commands.ts'

const pages = [
  'README.md',
  ...readdirSync('docs')
    .filter((page) => page.endsWith('.md'))
    .map((page) => `docs/${page}`),
]
/** With the gateway's own subgraph, which a graph has when it asks for it. */
const schema = extendSchema(
  buildSchema(readFileSync('schema/api.graphql', 'utf8')),
  parse(
    gatewaySdl
      .replace(/^extend schema.*$/m, '')
      .replaceAll(/^type (?=(?:Query|Mutation) )/gm, 'extend type '),
  ),
  { assumeValidSDL: true },
)

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

test('every section that a page links to is there', () => {
  const sections = new Map(pages.map((page) => [page, sectionsOf(readFileSync(page, 'utf8'))]))
  let count = 0
  for (const page of pages) {
    const folder = page.includes('/') ? 'docs/' : ''
    const links = readFileSync(page, 'utf8').matchAll(/\]\(([^)#:]*)#([^)]+)\)/g)
    for (const [, target = '', section = ''] of links) {
      const there = sections.get(target === '' ? page : join(folder, target))
      expect(there?.has(section), `${page} → ${target}#${section}`).toBe(true)
      count += 1
    }
  }
  expect(count).toBeGreaterThan(80)
})

/** As GitHub and npm name them. */
function sectionsOf(text: string): ReadonlySet<string> {
  const headings = text.replaceAll(/```[\s\S]*?```/g, '').matchAll(/^#+ (.+)$/gm)
  const slug = (heading: string) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\w\- ]/g, '')
      .replaceAll(' ', '-')
  return new Set([...headings].map(([, heading = '']) => slug(heading)))
}

test('every setting that a part reads is in docs/settings.md and .env.example, and no other is', () => {
  const read = new Set(
    [
      'platform/settings.ts',
      'platform/tracing/settings.ts',
      'platform/pages/brand.ts',
      'gateway/config.ts',
      'subgraphs/auth/settings/shape.ts',
      'subgraphs/auth/settings/secrets.ts',
      'subgraphs/reviews/config.ts',
    ].flatMap((file) => settingsIn(readFileSync(file, 'utf8'))),
  )
  expect(read.size).toBeGreaterThan(45)
  const rows = [...readFileSync('docs/settings.md', 'utf8').matchAll(/^\| (`[A-Z].*?`) \|/gm)]
  const told = new Set(rows.flatMap(([, names = '']) => names.match(/[A-Z][A-Z_]+/g) ?? []))
  told.delete('SALLYPORT_PASSWORD') // The command line's.
  expect([...told].sort()).toEqual([...read].sort())
  const example = [...readFileSync('.env.example', 'utf8').matchAll(/^# ([A-Z][A-Z_]+)=/gm)]
  expect(example.map(([, name]) => name).sort()).toEqual([...read].sort())
})

test('every error code and reason of the code is in docs/errors.md, and no other is', () => {
  const page = readFileSync('docs/errors.md', 'utf8')
  const rows = page.split('\n').filter((line) => line.startsWith('| `'))
  const told = rows.flatMap((row) => row.split(' | ')[0]?.match(/[A-Z][A-Z_]+/g) ?? [])
  const table = (file: string, start: string) => {
    const [, body = ''] = readFileSync(file, 'utf8').split(start)
    return [...(body.split('} as const')[0] ?? '').matchAll(/^ {2}([A-Z_]+):/gm)].map(
      ([, code = '']) => code,
    )
  }
  const inFile = (file: string, pattern: RegExp) =>
    [...readFileSync(file, 'utf8').matchAll(pattern)].map(([, reason = '']) => reason)
  const known = new Set([
    ...table('gateway/errors.ts', 'const REQUEST_ERRORS = {'),
    ...table('subgraphs/auth/core/errors.ts', 'const messages = {'),
    ...table('subgraphs/reviews/errors.ts', 'const TEXTS = {'),
    ...inFile('gateway/errors.ts', /^ {2}\| '([A-Z_]+)'/gm),
    ...inFile('gateway/engine/planners/planner.ts', /^ {2}\| '([A-Z_]+)'/gm),
    ...['gateway', 'subgraphs/auth'].flatMap((folder) =>
      readdirSync(folder, { recursive: true, encoding: 'utf8' })
        .filter((file) => file.endsWith('.ts'))
        .flatMap((file) =>
          inFile(`${folder}/${file}`, /(?:reason: |badRequest\([^()]*)'([A-Z_]+)'/g),
        ),
    ),
  ])
  expect(known.size).toBeGreaterThan(30)
  for (const code of known) expect(page, code).toContain(`\`${code}\``)
  expect(told.filter((code) => !known.has(code))).toEqual([])
})

test('every command is in docs/operators.md, and no other is', () => {
  const page = readFileSync('docs/operators.md', 'utf8')
  const [table = ''] = /\| command \|[\s\S]*?\n\n/.exec(page) ?? []
  const rows = [...table.matchAll(/^\| `([a-z][a-z ]*(?:-[a-z]+)*)[^`]*` \|/gm)]
  const told = rows.map(([, name = '']) => name.trim()).sort()
  expect(told).toEqual(Object.keys(commands).sort())
})

/** Names of settings in a config.ts: keys of its schema, and what it asks its reader for. */
function settingsIn(code: string): string[] {
  const names = [
    ...code.matchAll(/^ {2}([A-Z][A-Z_]+): /gm),
    ...code.matchAll(/read\.\w+\(\s*'([A-Z_]+)'/g),
    ...code.matchAll(/\benv\.([A-Z][A-Z_]+)/g),
    ...code.matchAll(/: '([A-Z]+(?:_[A-Z]+)+)',$/gm),
    ...code.matchAll(/'(TLS_[A-Z_]+)'/g),
  ]
  return names.map(([, name = '']) => name)
}

function readdirOrFile(path: string): unknown {
  try {
    return readdirSync(path)
  } catch {
    return readFileSync(path)
  }
}
