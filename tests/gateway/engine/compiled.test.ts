// What the compiled engine guarantees by itself: order, frugality, isolation, and that it knows what it does not know.
import { type FormattedExecutionResult, GraphQLFloat } from 'graphql'
import { afterEach, describe, expect, test } from 'vitest'
import { toJson } from '../../../gateway/engine/data.ts'
import { compileLeaf } from '../../../gateway/engine/leaf.ts'
import { bodyOf } from '../../../gateway/engine/result.ts'
import { Run } from '../../../gateway/engine/run.ts'
import { withShadow } from '../../../gateway/engine/shadow.ts'
import type { EngineSettings } from '../../../gateway/engine.ts'
import {
  contextFor,
  type GraphFixture,
  type SubgraphFixture,
  startGraph,
} from '../graph-fixture.ts'

const auth: SubgraphFixture = {
  sdl: 'type Query { greeting: String @public } type Mutation { greet(name: String): String @public }',
  resolvers: {
    Query: { greeting: () => 'hello' },
    Mutation: { greet: (_: unknown, { name }: { name: string }) => done(`greet ${name}`) },
  },
}

const done: { (what: string): string; log: string[] } = Object.assign(
  (what: string) => {
    done.log.push(what)
    return what
  },
  { log: [] },
)

const shop: SubgraphFixture = {
  sdl: /* GraphQL */ `
    type Query { products: [Product!]! @public things: [Thing] @public }
    type Mutation { buy(id: ID!): Product @public }
    interface Thing { id: ID! }
    type Product implements Thing @key(fields: "id") @public { id: ID! name: String related: [Product!]! }
    type Note implements Thing @public { id: ID! }
  `,
  resolvers: {
    Query: {
      products: () => ['1', '2', '1', '1'].map(product),
      things: () => [{ __typename: 'Note', id: 'n' }, product('2'), product('1')],
    },
    Mutation: { buy: (_: unknown, { id }: { id: string }) => product(done(`buy ${id}`).slice(4)) },
    Thing: { __resolveType: ({ __typename }: { __typename: string }) => __typename },
    Product: { related: () => ['2', '1'].map(product) },
  },
}

function product(id: string) {
  return { __typename: 'Product', id, name: `product ${id}` }
}

/** What reviews answers about a product; it can be changed. */
const reviews = {
  stars: (id: string): unknown => Number(id),
  fixture: {
    sdl: 'type Product @key(fields: "id") @public { id: ID! stars: Int rated(by: Int): Int notes: [Remark!] } type Remark @public { text: String }',
    resolvers: {
      Product: {
        stars: ({ id }: { id: string }) => reviews.stars(id),
        notes: ({ id }: { id: string }) => [{ text: `note on ${id}` }],
      },
    },
  } satisfies SubgraphFixture,
}

const open: GraphFixture[] = []
afterEach(async () => {
  done.log.length = 0
  reviews.stars = (id) => Number(id)
  for (const fixture of open.splice(0)) await fixture[Symbol.asyncDispose]()
})

async function start(engine: Partial<EngineSettings> = {}, more: Partial<SubgraphFixture> = {}) {
  const settings = { kind: 'compiled', planner: 'hive', shadowPercent: 0, ...engine } as const
  const subgraphs = { auth, shop, reviews: { ...reviews.fixture, ...more } }
  const fixture = await startGraph(subgraphs, { engine: settings })
  open.push(fixture)
  return fixture
}

async function ask(
  { graph }: GraphFixture,
  query: string,
  variables: Record<string, unknown> = {},
): Promise<FormattedExecutionResult> {
  const prepared = graph.operations.prepare(query, null)
  return JSON.parse(
    bodyOf(await graph.engine.execute(prepared, { variables, context: contextFor() })),
  )
}

function idsOf(representations: unknown): string[] {
  return (representations as { id: string }[]).map(({ id }) => id).sort()
}

function sentTo({ received }: GraphFixture, subgraph: string) {
  return received.filter((request) => request.subgraph === subgraph)
}

describe('the compiled engine', () => {
  test('answers in the order of the selection, fragments unfolded where they stand', async () => {
    const fixture = await start()
    const { data } = await ask(
      fixture,
      '{ ... @include(if: true) { b: greeting } ...F a: greeting products { stars id } } fragment F on Query { c: greeting b: greeting }',
    )
    expect(Object.keys(data ?? {})).toEqual(['b', 'c', 'a', 'products'])
    expect(JSON.stringify((data as any)?.products[0])).toBe('{"stars":1,"id":"1"}')
  })

  test('a constant leaves out what it stands at, and nothing beside it', async () => {
    await using fixture = await startGraph({ auth, shop, reviews: reviews.fixture })
    const query = `{
      things { ... on Product { ...F gone: stars @include(if: false) } }
      products @skip(if: true) { id }
      greeting @skip(if: false) @include(if: true)
    }
    fragment F on Thing { away: id @skip(if: true) id ... @skip(if: true) { more: id } }`
    const things = [{}, { id: '2' }, { id: '1' }]
    expect(await fixture.ask(query)).toEqual({ data: { things, greeting: 'hello' } })
  })

  test('a condition on what can never be there takes nothing else away', async () => {
    const fixture = await start()
    const query = `query ($on: Boolean! = true) { things { ...Known ...Other } }
      fragment Known on Product { name stars }
      fragment Other on Note { ...Any }
      fragment Any on Thing { ...Known ...More }
      fragment More on Thing { ...Never @include(if: $on) id }
      fragment Never on Product { related { id } }`
    const { data } = await ask(fixture, query)
    const known = (id: number) => ({ name: `product ${id}`, stars: id })
    expect(data).toEqual({ things: [{ id: 'n' }, known(2), known(1)] })
  })

  test('runs the fields of a mutation one after the other, across subgraphs', async () => {
    const fixture = await start()
    await ask(
      fixture,
      'mutation { a: buy(id: "1") { stars } b: greet(name: "2") c: buy(id: "3") { id } d: buy(id: "4") { stars } }',
    )
    expect(done.log).toEqual(['buy 1', 'greet 2', 'buy 3', 'buy 4'])
  })

  test('sends each entity once, and asks for none a second time', async () => {
    const fixture = await start()
    const { data } = await ask(fixture, '{ products { stars related { stars } } }')
    const related = [{ stars: 2 }, { stars: 1 }]
    expect(data).toEqual({ products: [1, 2, 1, 1].map((stars) => ({ stars, related })) })
    const sent = sentTo(fixture, 'reviews').map(({ body }) => Object.values(body.variables ?? {}))
    expect(sent.map(([list]) => idsOf(list))).toEqual([['1', '2']])
  })

  test('asks anew after a mutation, which may have changed what was known', async () => {
    const fixture = await start({ planner: 'apollo' })
    await ask(fixture, 'mutation { a: buy(id: "1") { stars } b: buy(id: "1") { stars } }')
    expect(sentTo(fixture, 'reviews')).toHaveLength(2)
  })

  test('keeps apart what one entity is asked for at two places', async () => {
    const fixture = await start()
    const { data } = await ask(
      fixture,
      '{ products { x: notes { x: text } } things { ... on Product { x: notes { x: __typename } } } }',
    )
    const [first] = (data as any).products
    expect(first).toEqual({ x: [{ x: 'note on 1' }] })
    expect((data as any).things[2]).toEqual({ x: [{ x: 'Remark' }] })
  })

  test('names the very item of a list that failed, whatever stands before it', async () => {
    reviews.stars = (id) => (id === '1' ? new Error('no stars') : 5)
    const fixture = await start()
    const { data, errors } = await ask(fixture, '{ things { ... on Product { stars } } }')
    expect((data as any).things).toEqual([{}, { stars: 5 }, { stars: null }])
    expect(errors?.map(({ path }) => path)).toEqual([['things', 2, 'stars']])
  })

  test('an error of an entity stands at every place of that entity', async () => {
    reviews.stars = () => new Error('no stars')
    const fixture = await start()
    const { errors } = await ask(fixture, '{ products { stars } }')
    expect(errors?.map(({ path }) => path)).toEqual([
      ['products', 0, 'stars'],
      ['products', 2, 'stars'],
      ['products', 3, 'stars'],
      ['products', 1, 'stars'],
    ])
  })

  test('a subgraph that does not answer is not asked again for what it was asked for', async () => {
    const hang = () => new Promise(() => undefined)
    const fixture = await start(
      {},
      { resolvers: { Product: { stars: hang } }, settings: { timeoutMs: 300 } },
    )
    const { data, errors } = await ask(
      fixture,
      '{ products { stars } things { ... on Product { stars } } }',
    )
    expect(sentTo(fixture, 'reviews')).toHaveLength(1)
    expect((data as any).products).toHaveLength(4)
    expect(new Set(errors?.map(({ extensions }) => extensions?.code))).toEqual(
      new Set(['SUBGRAPH_TIMEOUT']),
    )
  })

  test('one entity that a subgraph chokes on takes none of another place with it', async () => {
    const mangle: SubgraphFixture['mangle'] = (answer) =>
      JSON.stringify(answer).includes('"stars":2')
        ? { data: null, errors: [{ message: 'no', extensions: { code: 'CONFLICT' } }] }
        : answer
    const fixture = await start({}, { mangle })
    const { data } = await ask(
      fixture,
      '{ products { stars } things { ... on Product { stars } } }',
    )
    expect((data as any).products).toEqual(Array(4).fill({ stars: null }))
    expect((data as any).things).toEqual([{}, { stars: null }, { stars: null }])
  })

  test.each(['hive', 'apollo'] as const)(
    "a client's variable may have a name that the planner (%s) uses itself",
    async (planner) => {
      const fixture = await start({ planner })
      const query =
        'query ($representations: Int, $__batch_reps_0: Int) { products { rated(by: $representations) other: rated(by: $__batch_reps_0) stars } greeting }'
      const variables = { representations: 1, __batch_reps_0: 2 }
      const { data, errors } = await ask(fixture, query, variables)
      expect(errors).toBeUndefined()
      expect((data as any).greeting).toBe('hello')
      expect((data as any).products).toHaveLength(4)
      expect(fixture.graph.engine.counters).toMatchObject({ compiled: 1, notCompiled: {} })
    },
  )

  test('a mutation that failed is not run by anybody else', async () => {
    const fixture = await start({}, { mangle: () => ({ data: { _entities: 'no list' } }) })
    const { errors } = await ask(fixture, 'mutation { buy(id: "1") { stars } }')
    expect(errors?.[0]?.extensions?.code).toBe('SUBGRAPH_INVALID_RESPONSE')
    expect(done.log).toEqual(['buy 1'])
  })
})

describe('the shadow', () => {
  test('runs queries a second time, finds no difference, and leaves mutations alone', async () => {
    const fixture = await start({ shadowPercent: 100 })
    await ask(fixture, '{ products { stars } }')
    await ask(fixture, 'mutation { buy(id: "1") { stars } }')
    await expect.poll(() => fixture.graph.engine.counters.shadow.compared).toBe(1)
    expect(fixture.graph.engine.counters.shadow).toEqual({ compared: 1, different: 0, skipped: 0 })
    expect(done.log).toEqual(['buy 1'])
  })

  test('reports where the engines differ, and never what a client was told', async () => {
    let turn = 0
    reviews.stars = () => ++turn
    const fixture = await start({ shadowPercent: 100 })
    await ask(fixture, 'query Stars { products { stars } }')
    await expect.poll(() => fixture.graph.engine.counters.shadow.different).toBe(1)
    const [report, message] = fixture.logged.at(-1) ?? []
    expect(message).toBe('engines differ')
    expect(report).toEqual({
      difference: 'data',
      operation: 'Stars',
      hash: expect.any(String),
    })
  })

  test('a comparison that fails reaches nobody, and makes room for the next', async () => {
    await using fixture = await startGraph({ auth, shop })
    const { engine } = fixture.graph
    const logged: unknown[][] = []
    const log = (...args: unknown[]) => void logged.push(args)
    const logger = { debug: log, info: log, warn: log, error: log }
    const shadow = { ...engine, execute: () => Promise.reject(new Error('no second engine')) }
    const both = withShadow(engine, { shadow, percent: 100, logger })
    const prepared = fixture.prepare('{ greeting }')
    for (let turn = 0; turn < 20; turn += 1) {
      const { data } = await both.execute(prepared, { variables: {}, context: contextFor() })
      expect(data).toEqual({ greeting: 'hello' })
    }
    await expect.poll(() => logged.length).toBe(20)
    expect(engine.counters.shadow).toEqual({ compared: 0, different: 0, skipped: 0 })
  })

  test('takes its share of the queries, evenly', async () => {
    const fixture = await start({ shadowPercent: 20 })
    for (let turn = 0; turn < 50; turn += 1) await ask(fixture, '{ greeting }')
    const { shadow } = fixture.graph.engine.counters
    await expect.poll(() => shadow.compared + shadow.skipped).toBe(10)
  })
})

describe('a subgraph that misbehaves', () => {
  const many = (count: number): SubgraphFixture => ({
    ...shop,
    resolvers: {
      ...shop.resolvers,
      Query: { products: () => Array.from({ length: count }, (_, id) => product(String(id))) },
    },
  })

  test('is merged no further than it was asked', async () => {
    const mangle: SubgraphFixture['mangle'] = (answer) => {
      const [one] = (answer.data as any)._entities
      Object.assign(one, { name: 'forged', id: '9', notes: [{ text: 'x' }] })
      return answer
    }
    await using fixture = await startGraph({ auth, shop, reviews: { ...reviews.fixture, mangle } })
    const answer = await fixture.ask('{ products { id name stars } }')
    expect(JSON.stringify(answer.data)).not.toMatch(/forged|"9"|notes/)
    expect((answer.data as any).products[0]).toEqual({ id: '1', name: 'product 1', stars: 1 })
  })

  test('does not set the length of a list', async () => {
    const mangle: SubgraphFixture['mangle'] = () => ({
      data: { _entities: [{ __typename: 'Product', related: { length: 50_000_000 } }] },
    })
    await using fixture = await startGraph({ auth, shop, reviews: { ...reviews.fixture, mangle } })
    const answer = await fixture.ask('{ products { related { id } stars } }')
    expect(JSON.stringify(answer).length).toBeLessThan(2_000)
  })

  test('whose numbers JSON cannot tell leaves null, not a broken answer', () => {
    for (const number of JSON.parse('[1e999, -1e999]')) {
      expect(toJson(number)).toBe('null')
      expect(
        compileLeaf(GraphQLFloat)(number, new Run({ variables: {}, context: contextFor() })),
      ).toBe('null')
    }
  })

  test('that gives two types one id behind an @interfaceObject mixes up nothing', async () => {
    const media: SubgraphFixture = {
      sdl: /* GraphQL */ `
        type Query { media: [Media] @public }
        interface Media @key(fields: "id") @public { id: ID! }
        type Book implements Media @key(fields: "id") @public { id: ID! pages: Int }
        type Film implements Media @key(fields: "id") @public { id: ID! minutes: Int }
      `,
      resolvers: {
        Query: {
          media: () => [
            { __typename: 'Book', id: '1', pages: 7 },
            { __typename: 'Film', id: '1', minutes: 90 },
          ],
        },
        Media: { __resolveType: ({ __typename }: { __typename: string }) => __typename },
      },
    }
    const stars: SubgraphFixture = {
      sdl: 'type Media @interfaceObject @key(fields: "id") @public { id: ID! stars: Int }',
      resolvers: { Media: { __resolveReference: (one: object) => one, stars: () => 3 } },
    }
    await using fixture = await startGraph({ auth, media, stars })
    const query = '{ media { __typename stars ... on Book { pages } ... on Film { minutes } } }'
    expect((await fixture.ask(query)).data).toEqual({
      media: [
        { __typename: 'Book', stars: 3, pages: 7 },
        { __typename: 'Film', stars: 3, minutes: 90 },
      ],
    })
  })

  test('with an error for each of thousands of entities costs one walk, and a bounded answer', async () => {
    const failing = {
      ...reviews.fixture.resolvers.Product,
      stars: () => Promise.reject(new Error()),
    }
    const resolvers = { Product: failing }
    await using fixture = await startGraph({
      auth,
      shop: many(4_000),
      // Thousands of errors take a busy machine longer than the usual five seconds.
      reviews: { ...reviews.fixture, resolvers, settings: { timeoutMs: 60_000 } },
    })
    const { data, errors } = await fixture.ask('{ products { stars } }')
    expect((data as any).products).toHaveLength(4_000)
    expect(errors).toHaveLength(1_000)
    expect(errors?.at(-1)?.message).toBe('There are more errors.')
    expect(errors?.[7]?.path).toEqual(['products', 7, 'stars'])
  })

  test.each([
    ['its path', { path: ['_entities', 0, 'x'.repeat(100_000)], extensions: {} }],
    ['its extensions', { path: ['_entities', 0], extensions: { fields: 'x'.repeat(100_000) } }],
  ])(
    'of which one error says too much in %s answers it at each place, without that',
    async (_, said) => {
      const extensions = { code: 'NO_STARS', ...said.extensions }
      const errors = [{ message: 'no', path: said.path, extensions }]
      await using fixture = await startGraph({
        auth,
        shop: {
          ...shop,
          resolvers: {
            ...shop.resolvers,
            Query: { products: () => Array(500).fill(product('1')) },
          },
        },
        reviews: { ...reviews.fixture, mangle: () => ({ data: { _entities: [null] }, errors }) },
      })
      const answer = await fixture.ask('{ products { stars } }')
      expect(answer.errors?.[0]).toMatchObject({ message: 'no', extensions: { code: 'NO_STARS' } })
      expect(JSON.stringify(answer).length).toBeLessThan(200_000)
    },
  )

  test('whose one large value stands at thousands of places is cut before memory is', async () => {
    const resolvers = {
      Product: {
        ...reviews.fixture.resolvers.Product,
        notes: () => [{ text: 'x'.repeat(100_000) }],
      },
    }
    const same: SubgraphFixture = {
      ...shop,
      resolvers: { ...shop.resolvers, Query: { products: () => Array(1_000).fill(product('1')) } },
    }
    await using fixture = await startGraph({
      auth,
      shop: same,
      reviews: { ...reviews.fixture, resolvers },
    })
    const answer = await fixture.ask('{ products { notes { text } } }')
    expect(answer.data).toBeNull()
    expect(answer.errors?.[0]?.extensions?.code).toBe('OPERATION_TOO_COMPLEX')
  })
})

test('the stock engine answers the same', async () => {
  const fixture = await start({ kind: 'stock' })
  const { data } = await ask(fixture, '{ greeting products { id stars } }')
  expect(data).toMatchObject({ greeting: 'hello', products: [{ id: '1', stars: 1 }, {}, {}, {}] })
  expect(fixture.graph.engine.counters).toMatchObject({ compiled: 0, stock: 1 })
})
