// Random graphs with `@cost` and `@listSize`, and random operations on them, all of them valid.

export type Random = () => number

/** Mulberry32: the same seed, the same run. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

export const costHeader = /* GraphQL */ `
  extend schema @link(url: "https://specs.apollo.dev/cost/v0.1", import: ["@cost", "@listSize"])
  directive @cost(weight: Int!) on ARGUMENT_DEFINITION | ENUM | FIELD_DEFINITION | INPUT_FIELD_DEFINITION | OBJECT | SCALAR
  directive @listSize(assumedSize: Int, slicingArguments: [String!], sizedFields: [String!], requireOneSlicingArgument: Boolean = true) on FIELD_DEFINITION
  directive @link(url: String!, import: [String!]) repeatable on SCHEMA
`

const TYPES = ['Query', 'A', 'B', 'C']

export function randomCosts(random: Random): string {
  const cost = () => (random() < 0.35 ? ` @cost(weight: ${int(random, 6)})` : '')
  const args = () =>
    `(first: Int${random() < 0.2 ? ' = 2' : ''}${cost()}, last: Int, filter: Filter${cost()}, filters: [Filter!], color: Color${cost()})`
  const size = () => {
    const kind = random()
    if (kind < 0.3) return ''
    if (kind < 0.5) return ` @listSize(assumedSize: ${int(random, 4)})`
    return ` @listSize(${kind < 0.7 ? 'assumedSize: 3, ' : ''}slicingArguments: ["first", "last"], requireOneSlicingArgument: false)`
  }
  const sized = () =>
    random() < 0.7
      ? ` @listSize(${random() < 0.5 ? 'assumedSize: 2, ' : ''}slicingArguments: ["first"], sizedFields: ["items", "others"], requireOneSlicingArgument: false)`
      : ''
  const objects = TYPES.map((name) => {
    const other = () => pick(random, TYPES.slice(1))
    return `type ${name}${name === 'Query' ? '' : ` implements Node${cost()}`} {
      id: ID${cost()} color: Color${cost()} one${args()}: ${other()}${cost()} node: Node
      many${args()}: [${other()}!]!${cost()}${size()} nodes(first: Int): [Node]${size()} tags(first: Int): [String!]${cost()}${size()}
      page${args()}: Page${cost()}${sized()}
    }`
  })
  return `
    interface Node { id: ID${cost()} color: Color node: Node${cost()} }
    type Page${cost()} { items: [A!]!${cost()} others: [Node] more: [B]${size()} total: Int${cost()} }
    input Filter { text: String${cost()} inner: Filter${cost()} all: [Filter!] color: Color }
    enum Color${cost()} { RED GREEN }
    ${objects.join('\n')}
  `
}

/** Everything that it may select, by type. */
const LEAVES = ['id', 'color', '__typename']

export function randomOperation(random: Random): {
  query: string
  variables: Record<string, unknown>
} {
  let aliases = 0
  let budget = 40
  const fragments: string[] = []
  const query = `query ($n: Int, $m: Int = 2, $f: Filter) { ${setOf('Query', 3)} }`
  const variables = {
    ...(random() < 0.7 && { n: int(random, 4) }),
    ...(random() < 0.5 && { m: int(random, 4) }),
    ...(random() < 0.7 && { f: filterValue(2) }),
  }
  return { query: `${query} ${fragments.join(' ')}`, variables }

  function setOf(type: string, depth: number): string {
    const selections = Array.from({ length: 1 + int(random, 3) }, () => selection(type, depth))
    return selections.join(' ')
  }

  function selection(type: string, depth: number): string {
    budget -= 1
    if (budget < 0) return type === 'Page' ? 'total' : pick(random, LEAVES)
    if (random() < 0.15) return `... { ${setOf(type, depth)} }`
    if (random() < 0.15) {
      const name = `F${fragments.length}`
      fragments.push('')
      const at = fragments.length - 1
      fragments[at] = `fragment ${name} on ${type} { ${setOf(type, depth)} }`
      return `...${name}`
    }
    if (type === 'Node' && random() < 0.4) {
      const object = pick(random, ['A', 'B', 'C'])
      return `... on ${object} { ${setOf(object, depth)} }`
    }
    if (depth === 0) return alias(type === 'Page' ? 'total' : pick(random, LEAVES))
    if (type === 'Page') {
      const name = pick(random, ['items', 'others', 'more'])
      const of = { items: 'A', others: 'Node', more: 'B' }[name] ?? ''
      return `${alias(name)} { ${setOf(of, depth - 1)} }`
    }
    if (type === 'Node') return `${alias('node')} { ${setOf('Node', depth - 1)} }`
    const kind = random()
    if (kind < 0.15) return alias(pick(random, LEAVES))
    if (kind < 0.25) return alias(`tags${slice()}`, 'tags')
    if (kind < 0.4) return `${alias(`nodes${slice()}`)} { ${setOf('Node', depth - 1)} }`
    if (kind < 0.6) return `${alias(`page${args()}`)} { ${setOf('Page', depth - 1)} }`
    // Of which type they are the graph decides: what every object has is selected.
    const name = kind < 0.8 ? 'one' : 'many'
    return `${alias(`${name}${args()}`)} { ${pick(random, LEAVES)} node { ${setOf('Node', Math.max(0, depth - 2))} } }`
  }

  function alias(field: string, name = field): string {
    const plain = random() < 0.2 && !field.includes('(')
    if (plain) return name
    aliases += 1
    return `a${aliases}: ${field}`
  }

  function slice(): string {
    return random() < 0.3 ? '' : `(first: ${size()})`
  }

  function size(): string {
    return pick(random, ['0', '1', '3', '$n', '$m', 'null', '-1'])
  }

  function args(): string {
    const given = [
      random() < 0.5 && `first: ${size()}`,
      random() < 0.3 && `last: ${size()}`,
      random() < 0.4 && `filter: ${random() < 0.5 ? '$f' : filterText(2)}`,
      random() < 0.2 && `filters: [${filterText(1)}, ${filterText(1)}]`,
      random() < 0.2 && 'color: RED',
    ].filter((one) => one !== false)
    return given.length > 0 ? `(${given.join(', ')})` : ''
  }

  function filterText(depth: number): string {
    const inner = depth > 0 && random() < 0.5 ? ` inner: ${filterText(depth - 1)}` : ''
    const all =
      depth > 0 && random() < 0.3 ? ` all: [${filterText(depth - 1)} { color: GREEN }]` : ''
    return `{ text: "a"${inner}${all} }`
  }

  function filterValue(depth: number): unknown {
    return {
      text: 'a',
      ...(depth > 0 && random() < 0.5 && { inner: filterValue(depth - 1) }),
      ...(depth > 0 && random() < 0.5 && { all: [filterValue(0), filterValue(0)] }),
    }
  }
}

function int(random: Random, below: number): number {
  return Math.floor(random() * below)
}

function pick<T>(random: Random, all: readonly T[]): T {
  return all[int(random, all.length)] as T
}
