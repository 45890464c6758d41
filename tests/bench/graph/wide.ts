// A graph of many subgraphs, as a company of that many teams has it: entities of their own, references to those of others, and
// fields of their own on the two that everybody knows.
import { header, type Rules } from './sdl.ts'

const TYPES = 8
const FIELDS = 10

/** Names and texts of so many subgraphs. */
export function wideGraph(count: number) {
  const names = Array.from({ length: count }, (_, index) => `team${index}`)
  return {
    names,
    sdlOf(name: string, rules: Rules) {
      const rule = rules === 'none' ? '' : `@${rules}`
      return header(rules) + subgraph(names.indexOf(name), count).replaceAll('RULE', rule)
    },
  }
}

function subgraph(index: number, count: number): string {
  const types = Array.from({ length: TYPES }, (_, number) => entity(index, number, count))
  const roots = Array.from(
    { length: TYPES },
    (_, number) =>
      `t${index}n${number}(id: ID!): T${index}N${number} RULE t${index}n${number}s(first: Int = 10, filter: Filter${index}): [T${index}N${number}!] RULE`,
  )
  return /* GraphQL */ `
    type Query { ${roots.join(' ')} search${index}(text: String!): [Result${index}!] RULE }
    type Mutation { change${index}(input: Change${index}!): T${index}N0 RULE }
    type User @key(fields: "id") RULE { id: ID! field${index}: String list${index}: [T${index}N0!] }
    type Product @key(fields: "upc") RULE { upc: ID! field${index}: Int }
    interface Named${index} { id: ID! name: String }
    union Result${index} = ${types.map((_, number) => `T${index}N${number}`).join(' | ')}
    enum Kind${index} { ONE TWO THREE FOUR }
    input Filter${index} { kind: Kind${index} name: String after: String }
    input Change${index} { id: ID! name: String kind: Kind${index} = ONE }
    ${types.join('\n')}
    ${stub(index, count)}
  `
}

function entity(index: number, number: number, count: number): string {
  const fields = Array.from(
    { length: FIELDS },
    (_, field) => `field${field}(first: Int): ${field % 3 === 0 ? '[String!]' : 'String'}`,
  )
  const next = `T${(index + 1) % count}N0`
  return `type T${index}N${number} implements Named${index} @key(fields: "id") RULE {
    id: ID! name: String kind: Kind${index} owner: User product: Product ${number === 0 ? '' : `next: ${next}`} ${fields.join(' ')}
  }`
}

/** The entity of another team that this one refers to. */
function stub(index: number, count: number): string {
  return `type T${(index + 1) % count}N0 @key(fields: "id", resolvable: false) RULE { id: ID! }`
}
