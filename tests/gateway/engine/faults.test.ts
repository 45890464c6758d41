// A null that nobody explains is an error with its place, and a log line with the subgraph's name.
import type { ExecutionResult } from 'graphql'
import { afterEach, expect, test } from 'vitest'
import { bodyOf } from '../../../gateway/engine/result.ts'
import {
  contextFor,
  type GraphFixture,
  type SubgraphFixture,
  startGraph,
} from '../graph-fixture.ts'

const auth: SubgraphFixture = { sdl: 'type Query { greeting: String @public }' }
const open: GraphFixture[] = []

afterEach(async () => {
  for (const fixture of open.splice(0)) await fixture[Symbol.asyncDispose]()
})

interface Answers {
  shop?: unknown
  reviews?: unknown
}

async function start(answers: Answers): Promise<GraphFixture> {
  const fixture = await startGraph({
    auth,
    shop: {
      sdl: /* GraphQL */ `
        type Query {
          product: Product @public nobody: Product @public products: [Product!] @public size: Size @public mustSize: Size! @public
          names: [String!] @public text: String @public anything: Thing @public
        }
        enum Size { SMALL LARGE }
        interface Thing @public { id: ID }
        type Lamp implements Thing @public { id: ID watts: Int }
        type Product @key(fields: "id") @public { id: ID! name: String }
      `,
      mangle: (result) => answers.shop ?? result,
    },
    reviews: {
      sdl: 'type Product @key(fields: "id") @public { id: ID! stars: Int! votes: Int notes: [Note!] } type Note @public { text: String! }',
      mangle: (result) =>
        typeof answers.reviews === 'function'
          ? answers.reviews(result)
          : (answers.reviews ?? result),
    },
  })
  open.push(fixture)
  return fixture
}

async function ask(fixture: GraphFixture, query: string) {
  const prepared = fixture.graph.operations.prepare(query, null)
  const context = contextFor()
  return JSON.parse(
    bodyOf(await fixture.graph.engine.execute(prepared, { variables: {}, context })),
  )
}

const product = { data: { product: { __typename: 'Product', id: '1' } } }

test.each([
  [
    'an enum value that the graph does not know',
    '{ size }',
    { size: 'HUGE' },
    { size: null },
    ['size'],
  ],
  ['one where null may not be', '{ mustSize }', { mustSize: 'HUGE' }, null, ['mustSize']],
  ['an object where text belongs', '{ text }', { text: { a: 1 } }, { text: null }, ['text']],
  [
    'text where an object belongs',
    '{ product { id } }',
    { product: 'x' },
    { product: null },
    ['product'],
  ],
  ['no list where one is due', '{ names }', { names: 'x' }, { names: null }, ['names']],
  [
    'null in a list of what may not be null',
    '{ names }',
    { names: ['a', null] },
    { names: null },
    ['names', 1],
  ],
  [
    'a field that was left out',
    '{ text size }',
    { size: 'SMALL' },
    { text: null, size: 'SMALL' },
    ['text'],
  ],
  [
    'a type that nobody knows',
    '{ anything { id } }',
    { anything: { __typename: 'Chair', id: '1' } },
    { anything: null },
    ['anything'],
  ],
  [
    'a type that cannot stand there',
    '{ anything { id } }',
    { anything: { __typename: 'Product', id: '1' } },
    { anything: null },
    ['anything'],
  ],
  [
    'no type, where it decides what is asked',
    '{ anything { id ... on Lamp { watts } } }',
    { anything: { id: '1', watts: 3 } },
    { anything: null },
    ['anything'],
  ],
  [
    'no type, where it is asked for',
    '{ anything { kind: __typename } }',
    { anything: { id: '1' } },
    { anything: null },
    ['anything'],
  ],
])('%s', async (_, query, data, expected, path) => {
  const fixture = await start({ shop: { data } })
  const answer = await ask(fixture, query)
  expect(answer.data).toEqual(expected)
  expect(answer.errors).toMatchObject([
    { path, extensions: { code: 'SUBGRAPH_INVALID_RESPONSE', requestId: 'req_1' } },
  ])
  const lines = fixture.logged.map(([fields]) => fields)
  expect(lines).toContainEqual(expect.objectContaining({ subgraph: 'shop' }))
})

test('an entity that a subgraph does not know, with a field that may not be null', async () => {
  const fixture = await start({ shop: product, reviews: { data: { _entities: [null] } } })
  const answer = await ask(fixture, '{ product { id stars } }')
  expect(answer.data).toEqual({ product: null })
  expect(answer.errors).toMatchObject([
    { path: ['product', 'stars'], extensions: { code: 'SUBGRAPH_INVALID_RESPONSE' } },
  ])
})

test('an entity that a subgraph does not know is null where it may be, and no error', async () => {
  const fixture = await start({ shop: product, reviews: { data: { _entities: [null] } } })
  expect(await ask(fixture, '{ product { id votes notes { text } } }')).toEqual({
    data: { product: { id: '1', votes: null, notes: null } },
  })
})

test('what a subgraph explains itself is told once', async () => {
  const errors = [
    { message: 'no', path: ['_entities', 0, 'stars'], extensions: { code: 'CONFLICT' } },
  ]
  const reviews = { data: { _entities: [{ __typename: 'Product', stars: null }] }, errors }
  const fixture = await start({ shop: product, reviews })
  const answer = await ask(fixture, '{ product { id stars } }')
  expect(answer.errors).toMatchObject([
    { path: ['product', 'stars'], extensions: { code: 'CONFLICT' } },
  ])
})

test.each([
  ['{ nobody { stars } product { votes } }', undefined],
  ['{ nobody { stars } product { votes } }', ['_entities', 0]],
  ['{ nobody { stars } product { votes } }', ['Product', 'votes']],
  ['{ product { votes } }', ['Product', 'votes']],
  ['{ product { votes } }', []],
])('an error without a place of its own is told, once: %s %j', async (query, path) => {
  const errors = [{ message: 'no', ...(path && { path }), extensions: { code: 'CONFLICT' } }]
  const answers: Answers = { shop: { data: { ...product.data, nobody: null } } }
  const fixture = await start(answers)
  answers.reviews = ({ data }: ExecutionResult) => {
    const entities = Object.entries(data as Record<string, unknown[]>)
    return {
      data: Object.fromEntries(entities.map(([as, all]) => [as, all.map(() => null)])),
      errors,
    }
  }
  const answer = await ask(fixture, query)
  expect(answer.data.product).toEqual({ votes: null })
  expect(answer.errors).toMatchObject([{ message: 'no', extensions: { code: 'CONFLICT' } }])
})

test('a subgraph that is unavailable explains all that is missing', async () => {
  const fixture = await start({ shop: product, reviews: 'no JSON' })
  const answer = await ask(fixture, '{ product { id votes notes { text } } }')
  expect(answer.data).toEqual({ product: { id: '1', votes: null, notes: null } })
  expect(answer.errors).toHaveLength(1)
})

test('one fault of thousands of places is bounded', async () => {
  const products = Array.from({ length: 5000 }, (_, index) => ({ id: String(index), name: 7 }))
  const fixture = await start({ shop: { data: { products } } })
  const answer = await ask(fixture, '{ products { id name } }')
  expect(answer.errors.length).toBeLessThanOrEqual(100)
  expect(answer.data.products).toHaveLength(5000)
})
