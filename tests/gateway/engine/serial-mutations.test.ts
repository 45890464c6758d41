// Fields of a mutation are run one after the other, each to its end, whichever subgraphs answer what is below it (GraphQL, 6.2.2).
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type GraphFixture, startGraph } from '../graph-fixture.ts'

const now = { name: '', stock: 0 }
const asIs = (one: unknown) => one

const names = {
  sdl: /* GraphQL */ `
    type Query { thing: Thing @public root: Query @public }
    type Mutation { setName(name: String!): Thing @public both(name: String!): Both @public fail: Thing @public sell(n: Int!): Thing @public }
    type Thing @key(fields: "id") @public { id: ID! name: String parts: [Part!] }
    type Part @key(fields: "id") @public { id: ID! }
    type Both @public { things: [Thing!] query: Query! }
  `,
  resolvers: {
    Query: { thing: () => ({ id: '1' }) },
    Mutation: {
      setName: (_: unknown, { name }: { name: string }) => {
        now.name = name
        return { id: '1' }
      },
      both: (_: unknown, { name }: { name: string }) => {
        now.name = name
        return { things: [{ id: '1' }, { id: '2' }], query: {} }
      },
      fail: () => {
        throw new Error('no')
      },
      sell: (_: unknown, { n }: { n: number }) => {
        now.stock = n
        return { id: '1' }
      },
    },
    Thing: { __resolveReference: asIs, name: () => now.name, parts: () => [{ id: 'p' }] },
  },
}

const stock = {
  sdl: /* GraphQL */ `
    type Query { stocked: Thing @public }
    type Mutation { setStock(n: Int!): Thing @public }
    type Thing @key(fields: "id") @public { id: ID! stock(more: Int = 0): Int }
    type Part @key(fields: "id") @public { id: ID! stock: Int }
  `,
  resolvers: {
    Query: { stocked: () => ({ id: '1' }) },
    Mutation: {
      setStock: (_: unknown, { n }: { n: number }) => {
        now.stock = n
        return { id: '1' }
      },
    },
    Thing: {
      __resolveReference: asIs,
      stock: (_: unknown, { more }: { more: number }) => now.stock + more,
    },
    Part: { __resolveReference: asIs, stock: () => now.stock },
  },
}

describe.each(['hive', 'apollo'] as const)('with the planner of %s', (planner) => {
  let graph: GraphFixture
  beforeAll(async () => {
    const auth = { sdl: 'type Query { greeting: String @public }' }
    const engine = { kind: 'compiled', planner, shadowPercent: 0 } as const
    graph = await startGraph({ auth, names, stock }, { engine })
  })
  beforeEach(() => void Object.assign(now, { name: '', stock: 0 }))
  afterAll(() => graph?.[Symbol.asyncDispose]())

  test.each([
    [
      'a: setName(name: "x") { name stock } b: setStock(n: 5) { stock name } c: setName(name: "y") { name stock } d: setStock(n: 6) { name }',
      {
        a: { name: 'x', stock: 0 },
        b: { stock: 5, name: 'x' },
        c: { name: 'y', stock: 5 },
        d: { name: 'y' },
      },
    ],
    [
      '...F b: setStock(n: 5) { stock(more: $n) } ... on Mutation @include(if: $on) { a: setName(name: "x") { stock(more: $n) } c: setName(name: "z") { name } }',
      { a: { name: 'x', stock: 3 }, b: { stock: 8 }, c: { name: 'z' } },
    ],
    [
      'both(name: "x") { things { stock parts { stock } } query { stocked { name stock } } } setStock(n: 2) { name } fail { stock } again: both(name: "y") { things { stock } }',
      {
        both: {
          things: [
            { stock: 0, parts: [{ stock: 0 }] },
            { stock: 0, parts: [{ stock: 0 }] },
          ],
          query: { stocked: { name: 'x', stock: 0 } },
        },
        setStock: { name: 'x' },
        fail: null,
        again: { things: [{ stock: 2 }, { stock: 2 }] },
      },
    ],
    [
      'setName(name: "x") { id stock } a: sell(n: 7) { id } b: sell(n: 8) { stock(more: 3) } c: sell(n: 9) { name }',
      {
        setName: { id: '1', stock: 0 },
        a: { id: '1' },
        b: { stock: 11 },
        c: { name: 'x' },
      },
    ],
  ])('%s', async (fields, expected) => {
    const document = `mutation ($n: Int = 3, $on: Boolean = true) { ${fields} } fragment F on Mutation { a: setName(name: "x") { name } }`
    const used = fields.includes('$') ? document : document.replace(/\(.*?\) \{/, '{')
    const { data } = await graph.ask(
      fields.includes('...F') ? used : used.replace(/fragment F.*/, ''),
    )
    expect(data).toEqual(expected)
  })
})
