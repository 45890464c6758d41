// What is said of a change before it is served: who gains what, and who reaches for what is another's.
import { describe, expect, test } from 'vitest'
import { type Composed, judge } from '../../../gateway/changes/judge.ts'
import { authSdl } from '../auth-peer.ts'
import { header } from '../graph-fixture.ts'

const yaml = `subgraphs:
  auth: { routing_url: "http://auth/graphql", schema: { file: auth.graphql }, mayDeclarePublic: true }
  shop: { routing_url: "http://shop/graphql", schema: { file: shop.graphql }, mayDeclarePublic: true }
  live: { routing_url: "http://live/graphql", schema: { url: "http://live/sdl" }, mayDeclarePublic: true }
`
const SHOP = `type Query { product: Product @public }
type Product @key(fields: "id") { id: ID! @public name: String @public @shareable cost: Int @public @inaccessible }`
const LIVE = `type Query { sale: Product @public }
type Product @key(fields: "id") { id: ID! @public name: String @public @external }`

function composed(shop: string, live: string, before: string | null): Composed {
  const sdls = { auth: authSdl, shop: `${header} ${shop}`, live: `${header} ${live}` }
  const verdict = judge({
    contents: { yaml, sdls, supergraph: null, others: '' },
    origins: {},
    before: before === null ? null : { yaml, sdl: before, readAt: Date.now() },
    policies: [],
    opened: [],
    asked: [],
  })
  if ('problems' in verdict) throw new Error(verdict.problems.join('\n'))
  return verdict
}

describe('a change is held that', () => {
  const plain = LIVE.replace(' name: String @public @external', '')
  const { sdl: before } = composed(SHOP, plain, null)
  const reasonsOf = (shop: string, live: string) =>
    composed(shop, live, before).reasons.map(({ text }) => text)

  test('shows what was @inaccessible', () => {
    expect(reasonsOf(SHOP.replace(' @inaccessible', ''), plain)).toEqual([
      expect.stringContaining('somebody gains access: Product.cost: @inaccessible before'),
    ])
  })

  test('answers another’s field with @provides', () => {
    const live = LIVE.replace('sale: Product', 'sale: Product @provides(fields: "name")')
    expect(reasonsOf(SHOP, live)).toEqual([
      'live answers "name" of others at Query.sale (@provides)',
    ])
  })

  test('does neither is not', () => {
    expect(reasonsOf(SHOP, plain)).toEqual([])
  })
})
