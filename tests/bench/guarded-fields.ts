// What guarding costs a subgraph: 801 fields, with and without their rules. `npm run bench:rules` runs it.
import { buildSubgraphSchema } from '@apollo/subgraph'
import { type Claims, claimsFromPayload } from '@sallyport/claims'
import { guardSchema, parentRule, type Rules } from '@sallyport/claims/rules'
import { type GraphQLSchema, graphql, parse } from 'graphql'

interface Row {
  readonly id: string
  readonly owner: string
}

interface Case {
  readonly name: string
  /** On the type. */
  readonly directive: string
  /** By hand, on each of the four fields. */
  readonly rule?: Rules[string][string]
  /** Asynchronous fields are what `graphql` itself is slow at. Default false. */
  readonly isUnbounded?: boolean
}

interface Slice {
  readonly unguarded: number
  readonly guarded: number
}

const ROUNDS = 151
const QUERIES_A_SLICE = 10
const WARM_UP_SLICES = 20
/** What a rule may cost. */
const MAX_TIMES = 1.2

const rows = Array.from({ length: 200 }, (_, index) => {
  return { id: `row_${index}`, owner: 'usr_1', a: 1, b: 2, c: 3 }
})
const claims = claimsFromPayload({ kind: 'user', sub: 'usr_1', roles: ['admin'], scope: 'read' })
const isOwner = (row: Row, { subject }: Claims) => row.owner === subject

const cases: readonly Case[] = [
  { name: '@public', directive: '@public' },
  { name: '@authenticated', directive: '@authenticated' },
  { name: '@requiresScopes', directive: '@requiresScopes(scopes: [["read"]])' },
  { name: '@policy', directive: '@policy(policies: [["role:admin"]])' },
  { name: 'by hand: parentRule', directive: '@authenticated', rule: parentRule(isOwner) },
  {
    name: 'by hand: a promise',
    directive: '@authenticated',
    rule: async (row: Row) => isOwner(row, claims) || new Error('not yours'),
    isUnbounded: true,
  },
]

console.log(`Node ${process.version}: ${ROUNDS} pairs of slices of ${QUERIES_A_SLICE} queries each`)
console.log(`${'rule on 801 fields'.padEnd(22)} of fastest   of neighbours   ms unguarded`)
for (const one of cases) {
  const times = report(one.name, await compare(one))
  if (one.isUnbounded === true || times <= MAX_TIMES) continue
  console.error(`${one.name} costs more than ${MAX_TIMES} times the unguarded subgraph`)
  process.exitCode = 1
}

/** Slices take turns, and take turns in who is first: whatever else the machine does meets both. */
async function compare({ directive, rule }: Case): Promise<readonly Slice[]> {
  const plain = build(directive)
  const guarded = guardSchema(build(directive), rule ? { rules: { Row: byField(rule) } } : {})
  for (let slice = 0; slice < WARM_UP_SLICES; slice += 1) {
    await measure(plain)
    await measure(guarded)
  }
  const slices: Slice[] = []
  for (let round = 0; round < ROUNDS; round += 1) {
    if (round % 2 === 0) {
      slices.push({ unguarded: await measure(plain), guarded: await measure(guarded) })
    } else {
      const first = await measure(guarded)
      slices.push({ unguarded: await measure(plain), guarded: first })
    }
  }
  return slices
}

/** @returns how many times the unguarded subgraph, by the fastest slices */
function report(name: string, slices: readonly Slice[]): number {
  const fastest = (which: keyof Slice) => Math.min(...slices.map((slice) => slice[which]))
  const ofFastest = fastest('guarded') / fastest('unguarded')
  const ofNeighbours = median(slices.map(({ guarded, unguarded }) => guarded / unguarded))
  const ms = fastest('unguarded').toFixed(2)
  console.log(
    `${name.padEnd(22)} ${ofFastest.toFixed(2).padStart(10)} ${ofNeighbours.toFixed(2).padStart(15)} ${ms.padStart(14)}`,
  )
  return ofFastest
}

function byField(rule: Rules[string][string]): Rules[string] {
  return { id: rule, a: rule, b: rule, c: rule }
}

function build(directive: string): GraphQLSchema {
  const typeDefs = parse(`
    extend schema
      @link(
        url: "https://specs.apollo.dev/federation/v2.6"
        import: ["@key", "@authenticated", "@requiresScopes", "@policy", "@composeDirective"]
      )
      @link(url: "https://sallyport.dev/access/v1.0", import: ["@public"])
      @composeDirective(name: "@public")
    directive @public(staleCredentials: Boolean = false) on OBJECT | FIELD_DEFINITION | INTERFACE
    type Query { rows: [Row!]! @authenticated }
    type Row @key(fields: "id") ${directive} { id: ID! a: Int b: Int c: Int }
  `)
  return buildSubgraphSchema([{ typeDefs, resolvers: { Query: { rows: () => rows } } }])
}

/** Milliseconds a query. */
async function measure(schema: GraphQLSchema): Promise<number> {
  const start = performance.now()
  for (let query = 0; query < QUERIES_A_SLICE; query += 1) {
    const result = await graphql({
      schema,
      source: '{ rows { id a b c } }',
      contextValue: { claims },
    })
    if (result.errors) throw result.errors[0]
  }
  return (performance.now() - start) / QUERIES_A_SLICE
}

function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? 0
}
