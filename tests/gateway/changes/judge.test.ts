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

/** With parts of an override. */
const LATER = header.replace('federation/v2.6', 'federation/v2.7')

function composed(
  shop: string,
  live: string,
  before: string | null,
  asked: readonly string[] | null = [],
): Composed {
  const sdls = { auth: authSdl, shop: `${header} ${shop}`, live: `${LATER} ${live}` }
  const verdict = judge({
    contents: { yaml, sdls, supergraph: null, others: '' },
    origins: {},
    before: before === null ? null : { yaml, sdl: before, readAt: Date.now() },
    policies: [],
    opened: [],
    asked,
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

  test('lets clients send what was @inaccessible', () => {
    const hidden = `${SHOP.replace('product: Product', 'product(by: By, ofAnybody: Int @inaccessible): Product')}
      input By { id: ID, deleted: Boolean @inaccessible, state: State } enum State { NEW OLD @inaccessible }`
    const { sdl } = composed(hidden, plain, null)
    const reasons = composed(hidden.replaceAll(' @inaccessible', ''), plain, sdl).reasons
    expect(reasons.map(({ text }) => text)).toEqual(
      expect.arrayContaining([
        'somebody gains access: Query.product(ofAnybody:): @inaccessible before, @public now',
        expect.stringMatching(/^somebody gains access: By\.deleted: @inaccessible before, /),
        expect.stringMatching(/^somebody gains access: State\.OLD: @inaccessible before, /),
      ]),
    )
  })

  test('answers another’s field with @provides', () => {
    const live = LIVE.replace('sale: Product', 'sale: Product @provides(fields: "name")')
    expect(reasonsOf(SHOP, live)).toEqual([
      'live answers "name" of others at Query.sale (@provides)',
    ])
  })

  test('answers another’s field beside it, where that may be', () => {
    const live = LIVE.replace('name: String @public @external', 'name: String @public @shareable')
    expect(reasonsOf(SHOP, live)).toEqual(['live answers Product.name beside shop (@shareable)'])
  })

  test('takes a larger part of another’s field over', () => {
    const of = (part: number) =>
      plain.replace(
        'id: ID! @public',
        `id: ID! @public name: String @public @override(from: "shop", label: "percent(${part})")`,
      )
    const { sdl } = composed(SHOP, of(1), null)
    expect(composed(SHOP, of(1), sdl).reasons).toEqual([])
    expect(composed(SHOP, of(100), sdl).reasons.map(({ text }) => text)).toEqual([
      'live takes Product.name over from shop (@override, percent(100))',
    ])
  })

  test('is handed a key of another’s that no other subgraph has', () => {
    const live = plain
      .replace('@key(fields: "id")', '@key(fields: "id name")')
      .replace('id: ID! @public', 'id: ID! @public name: String @public @shareable')
    expect(reasonsOf(SHOP, live)).toContain(
      'live is handed "id name" of Product as a key that no other subgraph has',
    )
  })

  test('stands in for a type of another', () => {
    const media = `${SHOP} interface Media @key(fields: "id") { id: ID! @public }
type Book implements Media @key(fields: "id") { id: ID! @public }`
    const { sdl } = composed(media, plain, null)
    const live = `${plain} type Media @key(fields: "id") @interfaceObject { id: ID! @public more: Int @public }`
    expect(composed(media, live, sdl).reasons.map(({ text }) => text)).toContain(
      'live stands in for Media (@interfaceObject)',
    )
  })

  test('does neither is not', () => {
    expect(reasonsOf(SHOP, plain)).toEqual([])
  })
})

describe('clients break', () => {
  const before = `type Query { find(by: By, kind: Kind, first: Int! = 10): Product @public other: Int @public }
input By { name: String, exact: Boolean! = true } enum Kind { OLD NEW }
type Product @key(fields: "id") { id: ID! @public name: String @public }`
  const live = 'type Query { sale: Int @public }'
  const { sdl } = composed(before, live, null)
  const breaksOf = (from: string, to: string, asked: readonly string[] | null) =>
    composed(before.replace(from, to), live, sdl, asked)
      .reasons.filter(({ kind }) => kind === 'breaks')
      .map(({ text }) => text)

  test.each([
    ['a field goes', ' name: String @public }', ' }', 'Product.name'],
    ['a field changes its type', 'name: String @public }', 'name: Int @public }', 'Product.name'],
    ['an argument goes', 'by: By, ', '', 'Query.find'],
    ['an argument changes its type', 'kind: Kind,', 'kind: String,', 'Query.find'],
    ['an argument is asked for', 'kind: Kind,', 'kind: Kind, must: Int!,', 'Query.find'],
    ['an input wants more', 'name: String,', 'name: String must: Int!,', 'Query.find'],
    ['an argument loses its default', 'Int! = 10', 'Int!', 'Query.find'],
    ['a field of an input loses its default', 'Boolean! = true', 'Boolean!', 'Query.find'],
    ['a value of an enum goes', 'OLD NEW', 'NEW', 'Query.find'],
  ])('where %s that somebody asked for, and nowhere else', (_, from, to, asked) => {
    expect(breaksOf(from, to, [asked])).toHaveLength(1)
    expect(breaksOf(from, to, ['Query.other'])).toEqual([])
    expect(breaksOf(from, to, null)).toEqual([expect.stringContaining('for less than an hour')])
  })
})
