// Documents that are dear by design: families of them, each of any size, and each text another with every turn.

const wideNames = Array.from({ length: 900 }, (_, index) => `field${index}`)
const kinds = Array.from({ length: 60 }, (_, index) => `Kind${index}`)

/** A graph with what hostile documents thrive on: many fields, many types behind one interface, many arguments, deep inputs. */
export const hostileGraph = {
  main: /* GraphQL */ `
    type Query {
      node(id: ID, first: Int): Node nodes(first: Int): [Node!]! wide: Wide thing: Thing things(first: Int): [Thing!]! any: Any
      search(filter: Filter, ids: [ID!], matrix: [[[Int]]]): Node
    }
    type Mutation { touch(id: ID): Node }
    input Filter { and: [Filter!] not: Filter text: String ids: [ID!] }
    interface Thing { id: ID! next(first: Int): Thing other: Thing name: String }
    union Any = ${kinds.join(' | ')}
    type Node implements Thing @key(fields: "id") { id: ID! name: String next(first: Int): Node other: Thing nodes(first: Int): [Node!]! }
    ${kinds.map((kind) => `type ${kind} implements Thing { id: ID! next(first: Int): Thing other: Thing name: String own${kind}: Int }`).join('\n')}
    type Wide { ${wideNames.map((name) => `${name}(a: Int): Int`).join(' ')} inner: Wide }
  `,
  second: /* GraphQL */ `
    type Node @key(fields: "id") { id: ID! ${wideNames
      .slice(0, 300)
      .map((name) => `x${name}: Int`)
      .join(' ')} }
  `,
}

export interface HostileDocument {
  readonly query: string
  readonly variables?: Readonly<Record<string, unknown>>
}

/** @param bytes About so many. @param turn Makes another text of it. */
type Family = (bytes: number, turn: number) => HostileDocument | string

export const families: Readonly<Record<string, Family>> = {
  'many fields': (bytes, turn) =>
    `{ wide { t${turn}: field0 ${wideNames.slice(0, count(bytes, 9, 900)).join(' ')} } }`,
  'many fields at every level': (bytes, turn) => {
    const levels = 20
    const fields = wideNames.slice(0, count(bytes / levels, 9, 90)).join(' ')
    return `{ wide { t${turn}: field0 ${`${fields} inner { `.repeat(levels)} field0 ${'}'.repeat(levels)} } }`
  },
  'nested fields': (bytes, turn) => {
    const one = `next { `.repeat(22) + 'id' + '}'.repeat(22)
    return `{ ${times(count(bytes, 200, 29), (index) => `n${turn}x${index}: node { ${one} }`)} }`
  },
  'nested inline fragments': (bytes, turn) =>
    `{ wide { t${turn}: field0 ${'... { '.repeat(90)} ${wideNames.slice(0, count(bytes - 700, 9, 800)).join(' ')} ${'}'.repeat(90)} } }`,
  'nested inline fragments with fields at every level': (bytes, turn) =>
    `{ wide { t${turn}: field0 ${times(90, (level) => `... { ${times(count(bytes / 90, 9, 20), (index) => `field${level * 10 + (index % 10)}`)}`)} ${'}'.repeat(90)} } }`,
  'nested inline fragments of one interface': (bytes, turn) =>
    `{ thing { t${turn}: id ${'... on Thing { '.repeat(count(bytes, 16, 90))} id ${'}'.repeat(count(bytes, 16, 90))} } }`,
  'inline fragments over many names': (bytes, turn) =>
    `{ wide { t${turn}: field0 ${times(count(bytes, 18, 950), (index) => `... { ${wideNames[index % 900]} }`)} } }`,
  'inline fragments over one type': (bytes, turn) =>
    `{ wide { t${turn}: field0 ${times(count(bytes, 26, 600), (index) => `... on Wide { ${wideNames[index % 900]} }`)} } }`,
  'inline fragments over many types': (bytes, turn) =>
    `{ thing { t${turn}: id ${times(count(bytes, 34, 900), (index) => `... on ${kinds[index % 60]} { a${Math.floor(index / 60)}: id }`)} } }`,
  'inline fragments over many types, below each other': (bytes, turn) => {
    const levels = 8
    const body = (level: number): string =>
      level === 0
        ? 'name'
        : `id ${times(count(bytes / levels, 60, 12), (index) => `... on ${kinds[index]} { name }`)} next { ${body(level - 1)} }`
    return `{ thing { t${turn}: id ${body(levels)} } }`
  },
  'an interface within an interface': (bytes, turn) => {
    const levels = Math.min(20, Math.floor(bytes / 60))
    return `{ thing { t${turn}: id ${'... on Thing { other { ... on Thing { id name '.repeat(levels)} ${'} } }'.repeat(levels)} } }`
  },
  'fields of an interface': (bytes, turn) =>
    `{ thing { ${times(count(bytes, 14, 48), (index) => `a${turn}x${index}: other { ${'id name '.repeat(count(bytes / 48, 8, 20))} }`)} } }`,
  'fields of a union': (bytes, turn) =>
    `{ any { t${turn}: __typename ${times(count(bytes, 40, 400), (index) => `... on Thing { other { ... on ${kinds[index % 60]} { id } } }`)} } }`,
  'fragments of one connection': (bytes, turn) => {
    const all = count(bytes, 110, 28)
    return `query T${turn} { ${times(all, (index) => `...F${index}`)} } ${times(all, (index) => `fragment F${index} on Query { nodes(first: 2) { id name next { id name nodes(first: 2) { id name } } } }`)}`
  },
  'fragments of many names': (bytes, turn) => {
    const all = count(bytes, 120, 190)
    return `query T${turn} { wide { ${times(all, (index) => `...F${index}`)} } } ${times(all, (index) => `fragment F${index} on Wide { ${times(8, (own) => `field${(index * 8 + own) % 900}`)} }`)}`
  },
  'fragments in fragments': (bytes, turn) => {
    const all = count(bytes, 60, 190)
    return `query T${turn} { wide { ...F0 } } ${times(all, (index) => `fragment F${index} on Wide { field${index} ...F${index + 1} }`)} fragment F${all} on Wide { field0 }`
  },
  'fragments in fragments, each twice': (bytes, turn) => {
    const all = Math.min(9, count(bytes, 60, 190))
    return `query T${turn} { wide { ...F0 } } ${times(all, (index) => `fragment F${index} on Wide { field${index} ...F${index + 1} ... { ...F${index + 1} } }`)} fragment F${all} on Wide { field0 }`
  },
  'fragments that spread all others': (bytes, turn) => {
    const all = Math.min(60, Math.floor(Math.sqrt(bytes / 4)))
    return `query T${turn} { wide { ...F0 } } ${times(all, (index) => `fragment F${index} on Wide { field${index} ${index < 8 ? times(all - index - 1, (other) => `...F${index + 1 + other}`) : ''} }`)}`
  },
  'fragments beside each other below one field': (bytes, turn) => {
    const all = count(bytes, 60, 45)
    return `query T${turn} { node { ${times(all, (index) => `...F${index}`)} } } ${times(all, (index) => `fragment F${index} on Node { next { id name next { id ...G } } }`)} fragment G on Node { next { id } name }`
  },
  'overlapping fields': (bytes, turn) =>
    `query T${turn} { ${'nodes(first: 1) { id name next { id name next { id name next { id name } } } } '.repeat(count(bytes, 90, 29))} }`,
  'overlapping fields below': (bytes, turn) =>
    `query T${turn} { node { ${'next { id name next { id name next { id name next { id name } } } } '.repeat(count(bytes, 80, 48))} } }`,
  'overlapping fields in width': (bytes, turn) =>
    `query T${turn} { wide { ${times(count(bytes, 400, 45), () => `inner { ${wideNames.slice(0, 40).join(' ')} }`)} } }`,
  'overlapping fields with arguments': (bytes, turn) =>
    `query T${turn} { wide { ${times(count(bytes, 800, 45), () => `inner { ${times(40, (index) => `field${index}(a: ${index})`)} }`)} } }`,
  'overlapping fields of exclusive types': (bytes, turn) =>
    `query T${turn} { thing { ${times(count(bytes, 60, 49), (index) => `... on ${kinds[index % 60]} { other { id name other { id name } } }`)} } }`,
  'overlapping fields in fragments': (bytes, turn) => {
    const levels = Math.min(20, count(bytes, 60, 45))
    return `query T${turn} { node { ...G0 } b: node { ...G0 } } ${times(levels, (index) => `fragment G${index} on Node { next { ...G${index + 1} id } id name }`)} fragment G${levels} on Node { id }`
  },
  'overlapping fields in pairs of fragments': (bytes, turn) => {
    const levels = Math.min(9, count(bytes, 120, 45))
    return `query T${turn} { node { ...A0 ...B0 } } ${times(levels, (index) => `fragment A${index} on Node { id next { ...A${index + 1} ...B${index + 1} } } fragment B${index} on Node { name next { ...B${index + 1} ...A${index + 1} } }`)} fragment A${levels} on Node { id } fragment B${levels} on Node { id }`
  },
  'an unused fragment of overlapping fields': (bytes, turn) =>
    `query T${turn} { node { id } } fragment F on Wide { ${times(count(bytes, 30, 1900), (index) => `field${index % 45}: field0(a: ${Math.floor(index / 45)})`)} }`,
  'conditional aliases': (bytes, turn) =>
    `query T${turn}(${times(8, (index) => `$v${index}: Boolean!`)}) { ${times(count(bytes, 60, 28), (index) => `a${index}: node(id: "${index}") @include(if: $v${index % 8}) { id name }`)} }`,
  'conditional fragments of one type': (bytes, turn) => ({
    query: `query T${turn}(${times(60, (index) => `$v${index}: Boolean!`)}) { thing { ${times(count(bytes, 60, 90), (index) => `... on Thing @include(if: $v${index % 60}) { other { id name } }`)} } }`,
    variables: Object.fromEntries(Array.from({ length: 60 }, (_, index) => [`v${index}`, true])),
  }),
  directives: (bytes, turn) =>
    `query T${turn} { node { ${times(count(bytes, 30, 99), (index) => `id @skip(if: ${index % 2 === 0})`)} } }`,
  'directives of one field': (bytes, turn) =>
    `query T${turn} { node { id ${'@include(if: true) '.repeat(count(bytes, 19, 100))} } }`,
  'many variables': (bytes, turn) => {
    const all = count(bytes, 36, 800)
    return `query T${turn}(${times(all, (index) => `$v${index}: Int`)}) { wide { ${times(all, (index) => `field${index}(a: $v${index})`)} } }`
  },
  'many variables with defaults': (bytes, turn) => {
    const all = count(bytes, 40, 450)
    return `query T${turn}(${times(all, (index) => `$v${index}: Int = ${index}`)}) { wide { ${times(all, (index) => `field${index}(a: $v${index})`)} } }`
  },
  'variables in many operations': (bytes, turn) =>
    times(
      count(bytes, 160, 50),
      (index) =>
        `query T${turn}x${index}(${times(10, (own) => `$v${own}: Int`)}) { wide { ...F } }`,
    ) + `fragment F on Wide { ${times(10, (own) => `field${own}(a: $v${own})`)} }`,
  'many operations that share fragments': (bytes, turn) => {
    const all = count(bytes, 80, 50)
    return `${times(all, (index) => `query T${turn}x${index} { wide { ...F0 } }`)} ${times(90, (index) => `fragment F${index} on Wide { field${index} ...F${index + 1} }`)} fragment F90 on Wide { field0 }`
  },
  'variables in fragments': (bytes, turn) => {
    const all = count(bytes, 90, 150)
    return `query T${turn}(${times(all, (index) => `$v${index}: Int`)}) { wide { ${times(all, (index) => `...F${index}`)} } } ${times(all, (index) => `fragment F${index} on Wide { field${index}(a: $v${index}) }`)}`
  },
  'a literal list': (bytes, turn) =>
    `query T${turn} { search(ids: [${times(count(bytes, 6, 990), (index) => `"${index}"`)}]) { id } }`,
  'a long text': (bytes, turn) => `query T${turn} { search(ids: ["${'x'.repeat(bytes)}"]) { id } }`,
  'a block text': (bytes, turn) =>
    `query T${turn} { search(ids: ["""${'\n   x'.repeat(bytes / 5)}"""]) { id } }`,
  'escapes in a text': (bytes, turn) =>
    `query T${turn} { search(ids: ["${'\\u{1F600}'.repeat(bytes / 9)}"]) { id } }`,
  'nested input': (bytes, turn) => {
    const levels = Math.min(90, count(bytes, 8, 90))
    return `query T${turn} { search(filter: ${'{ not: '.repeat(levels)} { text: "a" } ${'}'.repeat(levels)}) { id } }`
  },
  'wide input': (bytes, turn) =>
    `query T${turn} { search(filter: { and: [${times(count(bytes, 16, 700), () => '{ text: "a" }')}] }) { id } }`,
  'a long list in a variable': (bytes, turn) => ({
    query: `query T${turn}($ids: [ID!]) { search(ids: $ids) { id } }`,
    variables: { ids: Array.from({ length: count(bytes, 8, 1000) }, (_, index) => `x${index}`) },
  }),
  'deep lists in a variable': (bytes, turn) => ({
    query: `query T${turn}($filter: Filter) { search(filter: $filter) { id } }`,
    variables: {
      filter: {
        and: Array.from({ length: count(bytes, 30, 990) }, () => ({ and: [{ text: 'a' }] })),
      },
    },
  }),
  'a tree of lists in a variable': (bytes, turn) => ({
    query: `query T${turn}($filter: Filter) { search(filter: $filter) { id } }`,
    variables: {
      filter: {
        and: Array.from({ length: 60 }, () => ({
          and: Array.from({ length: count(bytes / 60, 12, 900) }, () => ({ text: 'a' })),
        })),
      },
    },
  }),
  'long names and comments': (bytes, turn) =>
    `# ${'x'.repeat(bytes / 2)}\n{ ${'a'.repeat(bytes / 3)}${turn}: node { id } }`,
  'many comments': (bytes, turn) => `{ node { id } } ${'#\n'.repeat(bytes / 2)}# ${turn}`,
  'many short comments in a selection': (bytes, turn) =>
    `{ node { ${'id #a\n'.repeat(Math.min(45, bytes / 6))} ${'#\n'.repeat(bytes / 3)} } } # ${turn}`,
  'nothing but commas': (bytes, turn) => `{ node { id } ${','.repeat(bytes)} } # ${turn}`,
  'brackets that never close': (bytes, turn) => `{ n${turn}: node ${'{ next '.repeat(bytes / 7)}`,
  'names that are unknown': (bytes, turn) =>
    `query T${turn} { wide { ${times(count(bytes, 10, 900), (index) => `fielt${index}`)} } }`,
  'a name that is nearly known': (bytes, turn) =>
    `query T${turn} { wide { ${'field'.repeat(bytes / 5)} } }`,
  'arguments that are unknown': (bytes, turn) =>
    `query T${turn} { node(${times(count(bytes, 14, 1200), (index) => `idd${index}: 1`)}) { id } }`,
  'many arguments of one name': (bytes, turn) =>
    `query T${turn} { node(${times(count(bytes, 6, 1600), () => 'id: 1')}) { id } }`,
  introspection: (_, turn) =>
    `query T${turn} { __schema { types { name fields { name args { name } type { name ofType { name } } } } } }`,
  'introspection, within itself': (_, turn) =>
    `query T${turn} { __schema { types { name fields { type { name fields { type { name fields { type { name } } } } } } } } }`,
  'introspection of possible types': (_, turn) =>
    `query T${turn} { __schema { types { possibleTypes { name possibleTypes { name } interfaces { name possibleTypes { name } } } } } }`,
  'introspection, under many names': (bytes, turn) =>
    `query T${turn} { ${times(count(bytes, 90, 25), (index) => `a${index}: __schema { types { name fields { name type { name ofType { name } } } } }`)} }`,
  'introspection by type names': (bytes, turn) =>
    `query T${turn} { ${times(count(bytes, 90, 25), (index) => `a${index}: __type(name: "Wide") { fields { name args { name type { name } } type { name } } }`)} }`,
}

export function hostileDocument(family: string, bytes: number, turn: number): HostileDocument {
  const made = families[family]?.(bytes, turn) ?? ''
  return typeof made === 'string' ? { query: made } : made
}

/** So many as fit. */
function count(bytes: number, each: number, most: number): number {
  return Math.max(1, Math.min(most, Math.floor(bytes / each)))
}

function times(number: number, make: (index: number) => string): string {
  return Array.from({ length: number }, (_, index) => make(index)).join(' ')
}
