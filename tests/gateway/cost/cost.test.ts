// What an operation costs by `@cost` and `@listSize`: by examples, against a naive reading of the specification, and through the gateway.
import { buildSchema, NoUnusedVariablesRule, parse, specifiedRules, validate } from 'graphql'
import { describe, expect, test } from 'vitest'
import { bodyOf } from '../../../gateway/engine/result.ts'
import type { EngineSettings } from '../../../gateway/engine.ts'
import { GatewayError } from '../../../gateway/errors.ts'
import { createCostCheck } from '../../../gateway/operation/cost/check.ts'
import { readCostRules } from '../../../gateway/operation/cost/rules.ts'
import { defaultOperationLimits } from '../../../gateway/operation/limits.ts'
import { example } from '../../docs/examples.ts'
import { contextFor, startGraph } from '../graph-fixture.ts'
import { costByTheBook } from './by-the-book.ts'
import { costHeader, createRandom, randomCosts, randomOperation } from './random-costs.ts'

/** A random operation may declare what it does not need. */
const RULES = specifiedRules.filter((rule) => rule !== NoUnusedVariablesRule)

function costOf(
  sdl: string,
  query: string,
  {
    variables = {},
    assumedListSize = 1,
    header = costHeader,
  }: { variables?: Record<string, unknown>; assumedListSize?: number; header?: string } = {},
): number {
  const schema = buildSchema(header + sdl, { assumeValidSDL: true })
  const document = parse(query)
  const operation = document.definitions.find((one) => one.kind === 'OperationDefinition')
  if (operation?.kind !== 'OperationDefinition') throw new Error('no operation')
  expect(validate(schema, document, RULES)).toEqual([])
  const rules = readCostRules(parse(header + sdl))
  const limits = { ...defaultOperationLimits, cost: Number.NEGATIVE_INFINITY, assumedListSize }
  try {
    createCostCheck({ schema, operation, document, limits, rules })(variables)
  } catch (error) {
    if (error instanceof GatewayError && error.code === 'OPERATION_TOO_COMPLEX') {
      return error.extensions.value as number
    }
    throw error
  }
  throw new Error('nothing is below it')
}

const shop = /* GraphQL */ `
  type Query {
    product(id: ID!): Product
    top(first: Int = 5, after: String): [Product!]! @listSize(slicingArguments: ["first"])
    some: [Product] @listSize(assumedSize: 10)
    any: [Product]
    page(first: Int, last: Int, filter: Filter): Page @listSize(slicingArguments: ["first", "last"], sizedFields: ["items"])
    report(kind: Kind, heavy: Boolean @cost(weight: 40)): String @cost(weight: 100)
  }
  type Product { id: ID name: String shade: Shade maker: Maker @cost(weight: 7) }
  type Maker @cost(weight: 3) { name: String best: Product }
  type Page { items: [Product!]! total: Int makers: [Maker!] }
  input Filter { text: String @cost(weight: 2) not: Filter ids: [ID!] }
  enum Shade @cost(weight: 4) { LIGHT DARK }
  enum Kind { SHORT LONG }
`

describe('a cost', () => {
  test.each<[string, number, Record<string, unknown>?]>([
    ['{ product(id: 1) { id name } }', 1],
    ['{ __typename product(id: 1) { __typename id } }', 1],
    ['{ a: product(id: 1) { id } b: product(id: 2) { id } }', 2],
    [
      '{ product(id: 1) { id } product(id: 1) { name } ...F } fragment F on Query { product(id: 1) { id } }',
      1,
    ],
    ['{ product(id: 1) { shade } }', 5],
    ['{ product(id: 1) { maker { name } } }', 8],
    ['{ product(id: 1) { maker { best { id } } } }', 9],
    ['{ top(first: 3) { id } }', 3],
    ['{ top { id } }', 5],
    ['query ($n: Int) { top(first: $n) { id } }', 4, { n: 4 }],
    ['query ($n: Int) { top(first: $n) { id } }', 5],
    ['query ($n: Int = 2) { top(first: $n) { id } }', 2],
    ['{ some { maker { name } } }', 80],
    ['{ any { id } }', 1],
    ['{ page(first: 3) { total items { id } } }', 4],
    ['{ page(first: 3) { items { maker { name } } makers { name } } }', 28],
    ['{ page(last: 2) { items { id } } }', 3],
    ['{ report }', 100],
    ['{ report(kind: LONG) }', 100],
    ['{ report(heavy: true) }', 140],
    ['{ page(first: 0, filter: { text: "a" }) { total } }', 4],
    ['{ page(first: 0, filter: { text: "a", not: { text: "b" } }) { total } }', 7],
    [
      'query ($f: Filter) { page(first: 0, filter: $f) { total } }',
      4,
      { f: { text: 'a', ids: [1] } },
    ],
    ['query ($f: Filter) { page(first: 0, filter: $f) { total } }', 1, { f: null }],
  ])('%s: %i', (query, cost, variables = {}) => {
    expect(costOf(shop, query, { variables })).toBe(cost)
  })

  test('a list of unknown size counts as often as it is assumed to', () => {
    expect(costOf(shop, '{ any { id } }', { assumedListSize: 30 })).toBe(30)
    expect(costOf(shop, '{ page(first: 1) { makers { name } } }', { assumedListSize: 30 })).toBe(91)
  })

  test('exactly one slicing argument is demanded where the schema says so, as it does by default', () => {
    for (const query of ['{ page { total } }', '{ page(first: 1, last: 1) { total } }']) {
      expect(() => costOf(shop, query)).toThrow(
        /"page" takes exactly one of these arguments: "first", "last"/,
      )
    }
    const query = 'query ($a: Int, $b: Int) { page(first: $a, last: $b) { total } }'
    expect(costOf(shop, query, { variables: { a: 1 } })).toBe(1)
    expect(() => costOf(shop, query)).toThrow(/exactly one/)
    const lax = shop.replace(
      'sizedFields: ["items"]',
      'sizedFields: ["items"], requireOneSlicingArgument: false',
    )
    expect(costOf(lax, '{ page(first: 1, last: 4) { items { id } } }')).toBe(5)
  })

  test('the directives are known under whatever names the supergraph gives them', () => {
    const renamed = costHeader
      .replace('import: ["@cost", "@listSize"]', 'import: [{ name: "@cost", as: "@price" }]')
      .replace('directive @cost', 'directive @price')
      .replace('directive @listSize', 'directive @cost__listSize')
      .replace('import: [String!]', 'import: [Import]')
    const sdl = `scalar Import type Query { a: String @price(weight: 9) b: [Query] @cost__listSize(assumedSize: 4) }`
    expect(costOf(sdl, '{ a b { a } }', { header: renamed })).toBe(9 + 4 * 10)
  })

  test('a weight below zero pays for nothing else', () => {
    const sdl = 'type Query { cheap: String @cost(weight: -1000) dear: String @cost(weight: 7) }'
    expect(costOf(sdl, '{ cheap dear }')).toBe(7)
  })

  test("a directive of that name without a link is somebody's own", () => {
    const own = 'directive @cost(weight: Int!) on FIELD_DEFINITION '
    expect(costOf('type Query { a: String @cost(weight: 9) }', '{ a }', { header: own })).toBe(0)
  })
})

test('random graphs and operations cost what the specification says, read naively', () => {
  const costs = new Set<number>()
  for (let seed = 1; seed <= 200; seed += 1) {
    const random = createRandom(seed)
    const sdl = randomCosts(random)
    const { query, variables } = randomOperation(random)
    const assumedListSize = seed % 3
    const expected = costByTheBook(parse(sdl), parse(query), {
      variables: { ...{ m: 2 }, ...variables },
      assumedListSize,
    })
    const found = costOf(sdl, query, { variables, assumedListSize })
    expect({ seed, query, cost: found }).toEqual({ seed, query, cost: expected })
    costs.add(found)
  }
  expect(costs.size).toBeGreaterThan(50)
})

const priced = {
  header: /* GraphQL */ `
    extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable", "@cost", "@listSize", "@authenticated"])
  `,
  sdl: /* GraphQL */ `
    type Query {
      books(first: Int @cost(weight: 2)): [Book!]! @listSize(slicingArguments: ["first"], assumedSize: 50, requireOneSlicingArgument: false)
      find(by: By): Book
    }
    input By { title: String @cost(weight: 20) }
    scalar Isbn @cost(weight: 3)
    enum Kind @cost(weight: 1) { NOVEL POEM }
    type Book @key(fields: "id") @cost(weight: 5) { id: ID! title: String kind: Kind isbn: Isbn }
  `,
  resolvers: {
    Query: { books: () => [{ id: '1' }], find: () => ({ id: '1' }) },
    Book: {
      __resolveReference: () => ({}),
      title: () => 'Emma',
      kind: () => 'NOVEL',
      isbn: () => 'x',
    },
  },
  settings: { access: 'authenticated' },
}

const others = {
  auth: { sdl: 'type Query { hello: String @public }' },
  stars: {
    header: /* GraphQL */ `
      extend schema
        @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@cost", "@authenticated"])
    `,
    sdl: 'type Book @key(fields: "id") { id: ID! stars: Int @cost(weight: 11) }',
    resolvers: { Book: { __resolveReference: (book: object) => book, stars: () => 4 } },
    settings: { access: 'authenticated' },
  },
}

describe.each<[string, EngineSettings]>([
  ['compiled, hive', { kind: 'compiled', planner: 'hive', shadowPercent: 0 }],
  ['compiled, apollo', { kind: 'compiled', planner: 'apollo', shadowPercent: 0 }],
  ['stock', { kind: 'stock', planner: 'apollo', shadowPercent: 0 }],
])('a subgraph with @cost and @listSize, %s', (_, engine) => {
  test('is composed, counted and answered', async () => {
    const graphs = { ...others, books: priced }
    await using graph = await startGraph(graphs, { engine, operationLimits: { cost: 100 } })
    const run = async (query: string, variables = {}) => {
      const prepared = graph.prepare(query)
      prepared.checkVariables(variables)
      const result = await graph.graph.engine.execute(prepared, {
        variables,
        context: contextFor(),
      })
      return JSON.parse(bodyOf(result))
    }
    const query = 'query ($n: Int) { books(first: $n) { id title kind isbn stars } }'
    // Two for the argument; five for a book, with one, three and eleven for what is in it.
    expect(await run(query, { n: 4 })).toEqual({
      data: { books: [{ id: '1', title: 'Emma', kind: 'NOVEL', isbn: 'x', stars: 4 }] },
    })
    const before = graph.received.length
    for (const [variables, value] of [
      [{ n: 5 }, 102],
      [{}, 1000],
    ] as const) {
      await expect(run(query, variables)).rejects.toMatchObject({
        code: 'OPERATION_TOO_COMPLEX',
        extensions: { limit: 'cost', value, maximum: 100 },
      })
    }
    expect(graph.received).toHaveLength(before)
    expect(graph.graph.schema.getDirective('cost')).toBeFalsy()
    expect(await run('{ find(by: { title: "Emma" }) { id } }')).toEqual({
      data: { find: { id: '1' } },
    })
  })
})

test('docs/limits.md: the example costs what the page says', () => {
  const { code } = example('docs/limits.md', 'Cost', 'graphql')
  const sdl = code.slice(code.indexOf('type Query')).replace('@key(fields: "id") ', '')
  expect(costOf(sdl, '{ search(first: 10) { summary related { id } } }')).toBe(280)
  expect(costOf(sdl, '{ shelf(last: 3) { books { id } } }')).toBe(4)
})

test('without a limit in the file a graph with @cost has one of 10,000', async () => {
  await using graph = await startGraph({ ...others, books: priced })
  const check = (n: number) =>
    graph.prepare('query ($n: Int) { books(first: $n) { id } }').checkVariables({ n })
  expect(() => check(1000)).not.toThrow()
  const aliases = '{ a: books(first: 900) { id kind } b: books(first: 900) { id kind } }'
  expect(() => graph.prepare(aliases).checkVariables({})).toThrow(
    'costs too much: 10804, and 10000 at most',
  )
})
