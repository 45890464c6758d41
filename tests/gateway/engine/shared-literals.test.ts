// Operations that differ in literals alone are planned once. What a subgraph resolves is what was written, to the digit.
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { type GraphFixture, type SubgraphFixture, startGraph } from '../graph-fixture.ts'

const auth: SubgraphFixture = { sdl: 'type Query { greeting: String @public }' }

const told = (_: unknown, given: unknown) => JSON.stringify(given)

const shop: SubgraphFixture = {
  sdl: /* GraphQL */ `
    scalar Any
    enum Size { SMALL LARGE }
    input Range { from: Int to: Float label: String ids: [ID!] size: Size any: Any inner: Range }
    type Query {
      product(id: ID!): Product @public
      told(
        text: String id: ID int: Int float: Float on: Boolean size: Size any: Any
        ids: [ID!] texts: [String] grid: [[Int!]!] range: Range ranges: [Range!] toString: String
      ): String @public
      things: [Thing!] @public
    }
    type Mutation { rename(id: ID!, name: String!): Product @public }
    type Product @key(fields: "id") @public {
      id: ID!
      name(in: String): String
      price(currency: String!): Int
      other: Product!
    }
    union Thing = Box | Bag
    type Box @public { find(x: String): String }
    type Bag @public { find(x: ID): String }
  `,
  resolvers: {
    Query: {
      product: (_: unknown, { id }: { id: string }) => ({ id }),
      told,
      things: () => [{ __typename: 'Box' }, { __typename: 'Bag' }],
    },
    Mutation: { rename: (_: unknown, { id, name }: Record<string, string>) => ({ id, name }) },
    Product: {
      name: ({ id, name }: Record<string, string>, { in: language = 'en' }) =>
        name ?? `${id} in ${language}`,
      price: (_: unknown, { currency }: { currency: string }) => currency.length,
      other: ({ id }: { id: string }) => ({ id: `${id}+` }),
    },
    Box: { find: told },
    Bag: { find: told },
  },
}

const taxes: SubgraphFixture = {
  sdl: /* GraphQL */ `
    type Product @key(fields: "id") @public {
      id: ID!
      price(currency: String!): Int @external
      tax(rate: Float = 1): String @requires(fields: "price(currency: \\"USD\\")")
    }
  `,
  resolvers: {
    Product: {
      tax: ({ price }: { price: number }, { rate }: { rate: number }) => `${price * rate}`,
    },
  },
}

const open: GraphFixture[] = []
afterEach(async () => {
  for (const one of open.splice(0)) await one[Symbol.asyncDispose]()
})

type PlannerName = 'hive' | 'apollo'

async function start(planner: PlannerName = 'hive') {
  const engine = { kind: 'compiled', planner, shadowPercent: 0 } as const
  const graph = await startGraph({ auth, shop, taxes }, { engine })
  open.push(graph)
  return graph
}

/** Texts that a subgraph was sent, each once; Apollo's planner calls its fetches after the operation. */
function textsTo({ received }: GraphFixture, subgraph: string): readonly string[] {
  const sent = received.filter((one) => one.subgraph === subgraph)
  return [...new Set(sent.map(({ body }) => body.query.replace(/^query \w+/, 'query')))]
}

let compiled: GraphFixture
let stock: GraphFixture
beforeAll(async () => {
  compiled = await startGraph({ auth, shop, taxes })
  stock = await startGraph({ auth, shop, taxes }, { engine: STOCK })
})
afterAll(async () => {
  await compiled[Symbol.asyncDispose]()
  await stock[Symbol.asyncDispose]()
})

const planners: readonly PlannerName[] = ['hive', 'apollo']
const STOCK = { kind: 'stock', planner: 'apollo', shadowPercent: 0 } as const

test.each(planners)('values make no other request of it (%s)', async (planner) => {
  const graph = await start(planner)
  const values = ['"1"', '"2"', '3', '"a \\"b\\" \\n"', '"\\u00e9\\u{1F600}"', '"""block "it" """']
  const ids = ['1', '2', '3', 'a "b" \n', 'é😀', 'block "it" ']
  for (const [index, value] of values.entries()) {
    const query = `{ p${index}: product(id: ${value}) { name(in: "l${index}") other { tax(rate: ${index}.5) } } }`
    expect(await graph.ask(query)).toEqual({
      data: {
        [`p${index}`]: {
          name: `${ids[index]} in l${index}`,
          other: { tax: `${3 * (index + 0.5)}` },
        },
      },
    })
  }
  expect(textsTo(graph, 'shop')).toHaveLength(1)
  expect(textsTo(graph, 'taxes')).toHaveLength(1)
})

test.each([
  'text: "a"',
  'id: 7',
  'id: "7"',
  'id: -12345678901234567890',
  'int: -7',
  'float: 7',
  'float: 1.50',
  'float: -1.5e-7',
  'on: true',
  'size: LARGE',
  'size: null',
  'any: "a"',
  'any: { deep: [1, "a", { b: 2.5 }] }',
  'any: 12345678901234567890',
  'ids: ["a", 7]',
  'ids: []',
  'ids: "a"',
  'ids: 7',
  'texts: ["a", null]',
  'grid: [[1, 2], [3]]',
  'grid: [1]',
  'range: { from: 1, to: 2, label: "l", ids: ["a"], size: SMALL, any: { x: 1 } }',
  'range: { from: 1, inner: { from: 1, to: 1, inner: { label: "1", ids: 1 } } }',
  'ranges: [{ from: 1 }, { from: 2, label: "1" }]',
  'ranges: { from: 1 }',
  'toString: "c", text: "c", id: "c"',
  'int: 1, float: 1, text: "1", id: 1',
])('a subgraph resolves what was written: %s', async (written) => {
  const query = `{ told(${written}) again: told(${written}) }`
  const answer = await compiled.ask(query)
  expect(answer.errors).toBeUndefined()
  // Apollo's executor leaves literals where they are.
  expect(answer).toEqual(await stock.ask(query))
})

test('a client’s variables stand beside literals, and within them', async () => {
  const graph = await start()
  const query = `query ($n: Int, $toString: String, $sallyport_literal_0: ID!) {
    told(range: { from: $n, label: "l", inner: { label: $toString } }, ids: ["a", $sallyport_literal_0], text: "t")
  }`
  const variables = { n: 5, toString: 'c', sallyport_literal_0: 'x' }
  const { data } = await graph.ask(query, { variables })
  expect(JSON.parse(String(data?.told))).toEqual({
    range: { from: 5, label: 'l', inner: { label: 'c' } },
    ids: ['a', 'x'],
    text: 't',
  })
})

test('one field with other values at two places is two', async () => {
  const graph = await start()
  const query = (one: string, other: string) =>
    `{ product(id: "1") { a: name(in: "${one}") b: name(in: "${other}") other { name(in: "${other}") } } }`
  for (const [one, other] of [
    ['de', 'fr'],
    ['de', 'de'],
    ['fr', 'de'],
  ] as const) {
    expect(await graph.ask(query(one, other))).toEqual({
      data: {
        product: { a: `1 in ${one}`, b: `1 in ${other}`, other: { name: `1+ in ${other}` } },
      },
    })
  }
})

test.each(planners)(
  'fields of one name whose arguments are of different types keep their literals (%s)',
  async (planner) => {
    const graph = await start(planner)
    for (const x of ['1', '2']) {
      const { data } = await graph.ask(
        `{ things { ... on Box { find(x: "${x}") } ... on Bag { find(x: "${x}") } } }`,
      )
      const find = JSON.stringify({ x })
      expect(data).toEqual({ things: [{ find }, { find }] })
    }
    expect(textsTo(graph, 'shop').join()).not.toContain('$')
  },
)

test.each(planners)(
  'what a planner asks for itself is the same field as the client’s, or another one (%s)',
  async (planner) => {
    const graph = await start(planner)
    for (const currency of ['USD', 'EURO', 'USD']) {
      expect(
        await graph.ask(`{ product(id: "1") { price(currency: "${currency}") tax(rate: 2) } }`),
      ).toEqual({ data: { product: { price: currency.length, tax: '6' } } })
    }
  },
)

test('long lists of values, and long documents, are as they are written', async () => {
  const graph = await start()
  const ranges = Array.from({ length: 65 }, (_, from) => `{ from: ${from} }`).join()
  for (const query of [
    `{ told(ranges: [${ranges}]) }`,
    `{ told(text: "${'long '.repeat(800)}") }`,
  ]) {
    const { errors } = await graph.ask(query)
    expect(errors).toBeUndefined()
  }
  expect(textsTo(graph, 'shop').join()).not.toContain('$')
})

test('a mutation is carried out with its own values', async () => {
  const graph = await start()
  for (const name of ['one', 'two']) {
    const query = `mutation { rename(id: "1", name: "${name}") { name tax(rate: 2) } }`
    expect(await graph.ask(query)).toEqual({ data: { rename: { name, tax: '6' } } })
  }
  expect(textsTo(graph, 'shop').filter((text) => text.startsWith('mutation'))).toHaveLength(1)
})
