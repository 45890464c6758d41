// What guarding costs: 801 fields, none, one level and all of them guarded. `tsx --conditions=sallyport-source` runs it.
import { buildSubgraphSchema } from '@apollo/subgraph'
import { claimsFromPayload } from '@sallyport/claims'
import { guardSchema } from '@sallyport/claims/rules'
import { type GraphQLSchema, graphql, parse } from 'graphql'

const ROUNDS = 9
const QUERIES_A_ROUND = 100

const rows = Array.from({ length: 200 }, (_, index) => ({ id: `row_${index}`, a: 1, b: 2, c: 3 }))
const claims = claimsFromPayload({ kind: 'user', sub: 'usr_1', roles: ['admin'], scope: 'read' })
const cases = {
  'public type': '@public',
  '@authenticated type': '@authenticated',
  '@requiresScopes type': '@requiresScopes(scopes: [["read"]])',
  '@policy type': '@policy(policies: [["role:admin"]])',
}

for (const [name, directive] of Object.entries(cases)) {
  const plain = build(directive)
  const guarded = guardSchema(plain)
  await measure(plain)
  await measure(guarded)
  const ratios: number[] = []
  for (let round = 0; round < ROUNDS; round += 1) {
    const unguarded = await measure(plain)
    ratios.push((await measure(guarded)) / unguarded)
  }
  const median = ratios.toSorted((one, other) => one - other)[Math.floor(ROUNDS / 2)] ?? 0
  console.log(`${name.padEnd(24)} guarded / unguarded ${median.toFixed(2)}`)
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

/** Milliseconds. */
async function measure(schema: GraphQLSchema): Promise<number> {
  const start = performance.now()
  for (let query = 0; query < QUERIES_A_ROUND; query += 1) {
    const result = await graphql({
      schema,
      source: '{ rows { id a b c } }',
      contextValue: { claims },
    })
    if (result.errors) throw result.errors[0]
  }
  return performance.now() - start
}
