// A graph joins as it is: Federation 1 and every version of 2, without a directive of ours and without a change.
import { anonymousClaims, type Claims, claimsFromPayload } from '@sallyport/claims'
import { describe, expect, test } from 'vitest'
import { SchemaError } from '../../../gateway/supergraph/schema-error.ts'
import { composeTeam, loadTeam, type TeamGraph } from './compose-files.ts'

const person: Claims = claimsFromPayload({ kind: 'user', sub: 'usr_1', sid: 'ses_1' })

/** Who may ask: nobody who is not signed in, and anyone who is. */
async function whoMay(team: TeamGraph, query: string): Promise<string[]> {
  await using loaded = await loadTeam(team)
  const operation = loaded.graph.operations.prepare(query, null)
  return [anonymousClaims, person].map(
    (claims) => operation.authorize(claims, Date.now() / 1000)?.code ?? 'ALLOWED',
  )
}

function problemsOf(team: TeamGraph): string {
  try {
    composeTeam(team)
    return ''
  } catch (error) {
    if (error instanceof SchemaError) return error.message
    throw error
  }
}

const link = (version: string, imports = '"@key"') =>
  `extend schema @link(url: "https://specs.apollo.dev/federation/v${version}", import: [${imports}])\n`

/** Federation 1: entities by @key, a type that another extends, a value type in both, no @shareable anywhere. */
const federation1 = {
  products: `
    type Query { product(id: ID!): Product }
    type Product @key(fields: "id") { id: ID! name: String size: Size weight: Int }
    type Size { width: Int }`,
  reviews: `
    directive @key(fields: _FieldSet!) repeatable on OBJECT | INTERFACE
    scalar _FieldSet
    extend type Query { topReviews: [Review] }
    type Review @key(fields: "id") { id: ID! text: String product: Product }
    extend type Product @key(fields: "id") {
      id: ID! @external
      weight: Int @external
      reviews: [Review]
      freight: Int @requires(fields: "weight")
    }
    type Size { width: Int }`,
}

describe('a graph of', () => {
  test('Federation 1 joins, and its fields demand what its entry says', async () => {
    const query = '{ topReviews { text product { name freight size { width } } } }'
    expect(await whoMay({ sdl: federation1 }, query)).toEqual(['UNAUTHENTICATED', 'ALLOWED'])
    const entries = { products: { access: 'deny' } }
    expect(await whoMay({ sdl: federation1, entries }, query)).toEqual([
      'UNAUTHENTICATED',
      'FORBIDDEN',
    ])
    expect(
      await whoMay({ sdl: federation1, entries }, '{ topReviews { text product { id } } }'),
    ).toEqual(['UNAUTHENTICATED', 'ALLOWED'])
  })

  test('a Federation 1 subgraph of entities alone, beside one of Federation 2', async () => {
    const sdl = {
      people: 'type Person @key(fields: "email") { email: ID! name: String }',
      team: `${link('2.3')} type Query { lead: Person } type Person @key(fields: "email") { email: ID! }`,
    }
    expect(await whoMay({ sdl }, '{ lead { name } }')).toEqual(['UNAUTHENTICATED', 'ALLOWED'])
  })

  test.each([
    '2.0',
    '2.1',
    '2.2',
    '2.3',
    '2.4',
    '2.5',
    '2.6',
    '2.7',
    '2.8',
    '2.9',
    '2.10',
    '2.11',
    '2.12',
  ])('Federation %s joins, whatever it imports', async (version) => {
    const sdl = {
      shop: `${link(version)} type Query { item: Item } type Item @key(fields: "id") { id: ID! price: Int @federation__shareable }`,
      stock: `${link(version, '"@key", { name: "@shareable", as: "@both" }')}
          type Query { stocked: Item } type Item @key(fields: "id") { id: ID! price: Int @both left: Int }`,
    }
    expect(await whoMay({ sdl }, '{ item { price left } }')).toEqual(['UNAUTHENTICATED', 'ALLOWED'])
  })

  test('an SDL as a running subgraph prints it, with the definitions of federation in it', async () => {
    const sdl = {
      shop: `schema @link(url: "https://specs.apollo.dev/link/v1.0") @link(url: "https://specs.apollo.dev/federation/v2.0", import: ["@key", "@shareable"]) { query: Root }
        directive @link(url: String!, as: String, import: [link__Import], for: link__Purpose) repeatable on SCHEMA
        directive @key(fields: federation__FieldSet!, resolvable: Boolean = true) repeatable on OBJECT | INTERFACE
        directive @shareable on OBJECT | FIELD_DEFINITION
        scalar link__Import
        scalar federation__FieldSet
        enum link__Purpose { SECURITY EXECUTION }
        scalar _Any
        union _Entity = Item
        type _Service { sdl: String }
        type Root { item: Item _entities(representations: [_Any!]!): [_Entity]! _service: _Service! }
        type Item @key(fields: "id") { id: ID! price: Int @shareable }`,
    }
    expect(await whoMay({ sdl }, '{ item { price } }')).toEqual(['UNAUTHENTICATED', 'ALLOWED'])
  })

  test('directives of its own that are called as ours mean what they did', async () => {
    const sdl = {
      shop: `${link('2.3')}
        directive @public on FIELD_DEFINITION
        directive @policy(name: String) on FIELD_DEFINITION
        type Query { item: Item @public other: Int @policy(name: "x") }
        type Item @key(fields: "id") { id: ID! }`,
    }
    expect(await whoMay({ sdl }, '{ item { id } }')).toEqual(['UNAUTHENTICATED', 'ALLOWED'])
    expect(await whoMay({ sdl }, '{ other }')).toEqual(['UNAUTHENTICATED', 'ALLOWED'])
  })

  test('rules under names of its own are enforced, on enums and scalars too', async () => {
    const imports = '"@key", { name: "@policy", as: "@may" }, "@authenticated"'
    const sdl = {
      shop: `${link('2.6', imports)}
        type Query { mood: Mood secret: Secret item: Int @may(policies: [["role:staff"]]) }
        enum Mood @may(policies: [["role:staff"]]) { GOOD }
        scalar Secret @may(policies: [["role:staff"]])`,
    }
    for (const query of ['{ mood }', '{ secret }', '{ item }'])
      expect(await whoMay({ sdl }, query)).toEqual(['UNAUTHENTICATED', 'FORBIDDEN'])
    expect(
      problemsOf({
        sdl: {
          shop: sdl.shop.replace(
            'enum Mood',
            'union U @may(policies: [["deny"]]) = T type T { a: Int } enum Mood',
          ),
        },
      }),
    ).toMatch(/composition: .*@(may|policy)/)
  })
})

describe('of what this gateway does not do', () => {
  test('hints are left out', async () => {
    const sdl = {
      shop: `${link('2.12', '"@key", "@cacheTag", "@context"')}
        type Query { item(id: ID!): Item @cacheTag(format: "item-{$args.id}") }
        type Item @key(fields: "id") @context(name: "item") { id: ID! }`,
    }
    await using loaded = await loadTeam({ sdl })
    expect(loaded.sdl).not.toMatch(/@cacheTag|@context|context__/)
  })

  test('what would change answers is refused, with its place', () => {
    const sdl = {
      shop: `${link('2.8', '"@key", "@context", "@fromContext"')}
        type Query { item: Item }
        type Item @key(fields: "id") @context(name: "item") {
          id: ID!
          price(currency: String @fromContext(field: "$item { id }")): Int
        }`,
    }
    expect(problemsOf({ sdl })).toContain('shop: @fromContext is not supported')
    expect(problemsOf({ sdl })).toContain('(shop.graphql:6)')
    const connected = `${link('2.10')} extend schema @link(url: "https://specs.apollo.dev/connect/v0.1") type Query { a: Int }`
    expect(problemsOf({ sdl: { shop: connected } })).toMatch(
      /connectors are not supported.*\(shop\.graphql:2\)/,
    )
  })

  test('a subscription composes, and is refused by name when it is asked for', async () => {
    const sdl = { shop: `${link('2.4')} type Query { a: Int } type Subscription { sold: Int }` }
    await using loaded = await loadTeam({ sdl })
    const ask = () => loaded.graph.operations.prepare('subscription Sales { sold }', null)
    expect(ask).toThrow(/subscription/i)
  })
})

describe('problems have file and line', () => {
  test.each([
    [
      'a syntax error',
      { shop: 'type Query {\n  a: Int\n  b Int\n}' },
      /shop: Syntax Error: .* \(shop\.graphql:3\)/,
    ],
    [
      'an unknown type',
      { shop: `${link('2.3')}type Query {\n  a: Nope\n}` },
      /Nope.*\(shop\.graphql:3\)/,
    ],
    [
      'a type that is there twice',
      { shop: 'type Query { a: A }\ntype A { x: Int }\ntype A { y: Int }' },
      /shop: A is defined twice; write "extend type A" .* \(shop\.graphql:2, shop\.graphql:3\)/,
    ],
    [
      'a type that another subgraph has too',
      {
        shop: `${link('2.3')}type Query { a: A }\ntype A { x: Int }`,
        stock: `${link('2.3')}type Query { b: A }\ntype A { x: Int }`,
      },
      /A\.x.*\(shop\.graphql:3, stock\.graphql:3\)/,
    ],
    [
      'an unknown policy',
      {
        shop: `${link('2.6', '"@policy"')}type Query {\n  a: Int @policy(policies: [["rle:x"]])\n}`,
      },
      /unknown policy "rle:x"; there are role:<name>, .* \(shop\.graphql:3\)/,
    ],
    [
      "a field of auth's",
      { shop: `${link('2.3')}type Query {\n  viewer: Int\n}` },
      /Query\.viewer: a root field of auth.*names: \{ Query\.viewer: … \} \} \(shop\.graphql:3\)/,
    ],
  ])('%s', (_, sdl, problem) => {
    expect(problemsOf({ sdl })).toMatch(problem)
  })
})
