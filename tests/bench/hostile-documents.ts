// What a document that was never seen costs the loop, before it is planned: families that are known to be dear, at their largest.
import { contextFor, startGraph } from '../gateway/graph-fixture.ts'

const names = Array.from({ length: 900 }, (_, index) => `field${index}`)
const sdl = `
  type Query { node(id: ID, first: Int): Node nodes(first: Int): [Node!]! thing: Thing wide: Wide }
  type Mutation { touch(id: ID): Node }
  interface Thing { id: ID! next(first: Int): Thing }
  type Node implements Thing @key(fields: "id") { id: ID! name: String next(first: Int): Node nodes(first: Int): [Node!]! }
  type Leaf implements Thing { id: ID! next(first: Int): Thing }
  type Wide { ${names.map((name) => `${name}(a: Int): Int`).join(' ')} }
`

/** By name, a document of about so many bytes; each time another one. */
const families: Readonly<Record<string, (bytes: number, turn: number) => string>> = {
  'nested inline fragments': (bytes, turn) => {
    const depth = 95
    const fields = names.slice(0, Math.min(800, bytes / 12)).join(' ')
    return `{ wide { t${turn}: field0 ${'... { '.repeat(depth)} ${fields} ${'}'.repeat(depth)} } }`
  },
  'inline fragments over many names': (bytes, turn) => {
    const count = Math.min(950, Math.floor(bytes / 18))
    return `{ wide { t${turn}: field0 ${names
      .slice(0, count)
      .map((name) => `... { ${name} }`)
      .join(' ')} } }`
  },
  'fragments of one connection': (bytes, turn) => {
    const count = Math.min(40, Math.floor(bytes / 90))
    const spreads = Array.from({ length: count }, (_, index) => `...F${index}`).join(' ')
    const bodies = Array.from(
      { length: count },
      (_, index) =>
        `fragment F${index} on Query { nodes(first: 2) { id name next { id name nodes(first: 2) { id name } } } }`,
    )
    return `query T${turn} { ${spreads} } ${bodies.join(' ')}`
  },
  'overlapping fields': (bytes, turn) => {
    const count = Math.min(45, Math.floor(bytes / 110))
    const one = 'nodes(first: 1) { id name next { id name next { id name next { id name } } } }'
    return `query T${turn} { ${`${one} `.repeat(count)} }`
  },
  'overlapping fields in fragments': (bytes, turn) => {
    const count = Math.min(45, Math.floor(bytes / 60))
    const bodies = Array.from(
      { length: count },
      (_, index) => `fragment G${index} on Node { next { ...G${index + 1} id } id name }`,
    )
    return `query T${turn} { node { ...G0 } b: node { ...G0 } } ${bodies.slice(0, 18).join(' ')} fragment G${Math.min(18, bodies.length)} on Node { id }`
  },
  'conditional aliases': (bytes, turn) => {
    const count = Math.min(45, Math.floor(bytes / 60))
    const fields = Array.from(
      { length: count },
      (_, index) => `a${index}: node(id: "${index}") @include(if: $v${index % 8}) { id name }`,
    )
    const variables = Array.from({ length: 8 }, (_, index) => `$v${index}: Boolean!`).join(' ')
    return `query T${turn}(${variables}) { ${fields.join(' ')} }`
  },
  'long names and comments': (bytes, turn) =>
    `# ${'x'.repeat(Math.floor(bytes / 2))}\n{ ${'a'.repeat(Math.floor(bytes / 3))}${turn}: node { id } }`,
  'many variables': (bytes, turn) => {
    const count = Math.min(800, Math.floor(bytes / 40))
    const declared = Array.from({ length: count }, (_, index) => `$v${index}: Int`).join(' ')
    const used = names
      .slice(0, count)
      .map((name, index) => `${name}(a: $v${index})`)
      .join(' ')
    return `query T${turn}(${declared}) { wide { ${used} } }`
  },
  introspection: (_, turn) =>
    `query T${turn} { __schema { types { name fields { name args { name } type { name ofType { name } } } } } }`,
}

const SIZES = [5_000, 10_000, 60_000]
const TURNS = 7

const fixture = await startGraph({
  auth: { sdl: 'type Query { hello: String @public }' },
  s: { sdl, settings: { access: 'authenticated' } },
})
console.log('family | bytes | CPU ms, median | CPU ms, most | outcome')
for (const [name, make] of Object.entries(families)) {
  for (const size of SIZES) {
    const spent: number[] = []
    let bytes = 0
    let outcome = ''
    for (let turn = 0; turn < TURNS; turn += 1) {
      const document = make(size, turn)
      bytes = document.length
      const before = process.cpuUsage()
      outcome = prepareAndBegin(document)
      const used = process.cpuUsage(before)
      spent.push((used.user + used.system) / 1000)
      // The rest of it waits for the planner, off the loop.
      await new Promise((resolve) => setTimeout(resolve, 30))
    }
    spent.sort((one, other) => one - other)
    const [median, most] = [spent[Math.floor(TURNS / 2)] ?? 0, spent.at(-1) ?? 0]
    console.log(`${name} | ${bytes} | ${median.toFixed(1)} | ${most.toFixed(1)} | ${outcome}`)
  }
}
await fixture[Symbol.asyncDispose]()

/** All that the loop does by itself: parse, measure, validate, compile the rules, and make ready for the planner. */
function prepareAndBegin(document: string): string {
  try {
    const prepared = fixture.graph.operations.prepare(document, null)
    void fixture.graph.engine.execute(prepared, { variables: {}, context: contextFor() })
    return 'taken'
  } catch (error) {
    return (error as Error).message.slice(0, 60)
  }
}
