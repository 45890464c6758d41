// `access` of an entry, and `access` of guardSchema in the subgraph: one meaning. What the gateway refuses for want of a rule,
// and what `check` names, is what the subgraph denies by itself.
import { buildSubgraphSchema } from '@apollo/subgraph'
import { claimsFromPayload } from '@sallyport/claims'
import { guardSchema } from '@sallyport/claims/rules'
import { graphql, parse } from 'graphql'
import { expect, test } from 'vitest'
import { header } from '../graph-fixture.ts'
import { composeTeam, loadTeam } from './compose-files.ts'

const shop = `${header}
  type Query {
    none: String
    item: Item
    open: String @public
    known: Known @public
    mine: Mine @authenticated
    box: Box @public
    plain: Plain @public
  }
  type Mutation { change: String }
  type Item @key(fields: "id") { id: ID! name: String }
  type Known @key(fields: "id") { id: ID! @public name: String secret: String @authenticated }
  type Mine @key(fields: "id") @authenticated { id: ID! name: String }
  type Plain @key(fields: "id") @public { id: ID! name: String }
  type Box { size: Int }
`
/** Each leads to one field beyond what is open. */
const ASKS = [
  '{ none }',
  '{ open }',
  '{ item { __typename } }',
  '{ known { id } }',
  '{ known { name } }',
  '{ known { secret } }',
  '{ mine { id name } }',
  '{ box { size } }',
  '{ plain { id name } }',
  'mutation { change }',
]
const root = {
  none: 'x',
  open: 'x',
  item: { id: '1', name: 'x' },
  known: { id: '1', name: 'x', secret: 'x' },
  mine: { id: '1', name: 'x' },
  box: { size: 1 },
  plain: { id: '1', name: 'x' },
  change: 'x',
}
const person = claimsFromPayload({ kind: 'user', sub: 'usr_1', sid: 'ses_1' })

test.each(['deny', 'authenticated'] as const)('access: %s', async (access) => {
  const team = { sdl: { shop }, entries: { shop: { access, mayDeclarePublic: true } } }
  await using loaded = await loadTeam(team)
  const guarded = guardSchema(buildSubgraphSchema([{ typeDefs: parse(shop) }]), { access })

  const atGateway = ASKS.filter((query) => {
    return loaded.graph.operations.prepare(query, null).authorize(person, 0) === null
  })
  const inSubgraph: string[] = []
  for (const source of ASKS) {
    const contextValue = { claims: person }
    const { errors } = await graphql({ schema: guarded, source, rootValue: root, contextValue })
    if (errors === undefined) inSubgraph.push(source)
  }
  expect(inSubgraph).toEqual(atGateway)
  expect(atGateway.length).toBe(access === 'deny' ? 6 : ASKS.length)

  // A field of nobody is named by `check`, whose message is about the same ones.
  const { denied } = composeTeam(team)
  expect(denied).toEqual(
    access === 'authenticated'
      ? []
      : ['none', 'item']
          .map((field) => `shop: Query.${field}`)
          .concat([
            'shop: Mutation.change',
            'shop: Item.id',
            'shop: Item.name',
            'shop: Known.name',
          ]),
  )
})
