// Operations that differ in names and literals alone are planned once, and each is answered by its own.
import { afterEach, expect, test } from 'vitest'
import { type GraphFixture, type SubgraphFixture, startGraph } from '../graph-fixture.ts'

const auth: SubgraphFixture = { sdl: 'type Query { greeting: String @public }' }

const shop: SubgraphFixture = {
  sdl: /* GraphQL */ `
    scalar Long
    type Query { product(id: ID!): Product @public }
    type Mutation { rename(name: String!): Product @public }
    type Product @key(fields: "id") @public { id: ID! name(in: String): String self: Product! size(of: Long): Long }
  `,
  resolvers: {
    Query: { product: (_: unknown, { id }: { id: string }) => ({ id }) },
    Mutation: { rename: (_: unknown, { name }: { name: string }) => ({ id: name }) },
    Product: {
      name: ({ id }: { id: string }, { in: language = 'en' }) => `${id} in ${language}`,
      self: ({ id }: { id: string }) => ({ id }),
    },
  },
}

const reviews: SubgraphFixture = {
  sdl: 'type Product @key(fields: "id") @public { id: ID! stars: Int broken: Int }',
  resolvers: {
    Product: {
      stars: ({ id }: { id: string }) => Number(id),
      broken: () => {
        throw new Error('it broke')
      },
    },
  },
}

const open: GraphFixture[] = []
afterEach(async () => {
  for (const one of open.splice(0)) await one[Symbol.asyncDispose]()
})

async function start(planner: 'hive' | 'apollo' = 'hive') {
  const engine = { kind: 'compiled', planner, shadowPercent: 0 } as const
  const graph = await startGraph({ auth, shop, reviews }, { engine })
  open.push(graph)
  return graph
}

function sentTo({ received }: GraphFixture, subgraph: string) {
  return received.filter((one) => one.subgraph === subgraph).map(({ body }) => body.query)
}

const same = [
  'query First { product(id: "1") { label: name stars } }',
  '{ product(id: "1") { called: name stars } }',
  'query Other { product(id: "1") { ...F } } fragment F on Product { x: name ... { stars } }',
  '# the same\n{ product(id: "1") { name2: name, stars } }',
]

test.each(['hive', 'apollo'] as const)(
  'aliases, fragments, names and layout make no other request of it, and are in the answer (%s)',
  async (planner) => {
    const graph = await start(planner)
    const answers = []
    for (const query of same) answers.push(await graph.ask(query))
    const names = ['label', 'called', 'x', 'name2']
    expect(answers).toEqual(
      names.map((name) => ({ data: { product: { [name]: '1 in en', stars: 1 } } })),
    )
    expect(answers.map(({ data }) => Object.keys((data?.product ?? {}) as object))).toEqual(
      names.map((name) => [name, 'stars']),
    )
    // Apollo's planner calls its fetches after the operation.
    const unnamed = sentTo(graph, 'shop').map((query) => query.replace(/^query ?\w*/, ''))
    expect(new Set(unnamed).size).toBe(1)
  },
)

test('aliases that are asked for beside each other stay two, and errors have the client’s names', async () => {
  const graph = await start()
  const { data, errors } = await graph.ask(
    '{ a: product(id: "1") { one: name two: name(in: "de") ...F bad: broken } b: product(id: "2") { one: name } } fragment F on Product { me: self { one: stars } }',
  )
  expect(data).toEqual({
    a: { one: '1 in en', two: '1 in de', me: { one: 1 }, bad: null },
    b: { one: '2 in en' },
  })
  expect(errors).toMatchObject([{ path: ['a', 'bad'] }])
})

test('names that mean other things in another operation are told apart', async () => {
  const graph = await start()
  expect(await graph.ask('{ product(id: "1") { a: name b: stars } }')).toEqual({
    data: { product: { a: '1 in en', b: 1 } },
  })
  expect(await graph.ask('{ product(id: "1") { b: name a: stars } }')).toEqual({
    data: { product: { b: '1 in en', a: 1 } },
  })
  expect(await graph.ask('{ product(id: "1") { a: stars b: name } }')).toEqual({
    data: { product: { a: 1, b: '1 in en' } },
  })
})

test('what an operation was given apart from its text is its own', async () => {
  const graph = await start()
  const query = 'query ($sallyport_x: ID!) { product(id: $sallyport_x) { n: name } }'
  const other = 'query ($__x: ID!) { product(id: $__x) { n: name } }'
  expect(await graph.ask(query, { variables: { sallyport_x: '3' } })).toEqual({
    data: { product: { n: '3 in en' } },
  })
  expect(await graph.ask(other, { variables: { __x: '4' } })).toEqual({
    data: { product: { n: '4 in en' } },
  })
  for (const size of ['12345678901234567890', '12345678901234567891']) {
    await graph.ask(`{ product(id: "1") { s: size(of: ${size}) } }`)
    expect(graph.received.at(-1)?.text).toContain(size)
  }
})

test('mutations of one shape are each carried out', async () => {
  const graph = await start()
  for (const name of ['one', 'two', 'three']) {
    const { data } = await graph.ask(
      `mutation ${name}($n: String!) { ${name}: rename(name: $n) { id } }`,
      { variables: { n: name } },
    )
    expect(data).toEqual({ [name]: { id: name } })
  }
  expect(sentTo(graph, 'shop')).toHaveLength(3)
})
