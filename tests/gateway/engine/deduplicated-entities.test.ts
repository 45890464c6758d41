// Equal objects at one place of a plan become one, and only where nothing can tell them apart later.
import { expect, test } from 'vitest'
import { createMerge } from '../../../gateway/engine/merge.ts'
import { compilePlan } from '../../../gateway/engine/plan.ts'
import type { PlanNode } from '../../../gateway/engine/planners/plan.ts'
import { Run } from '../../../gateway/engine/run.ts'
import { contextFor, type SubgraphFixture, startGraph } from '../graph-fixture.ts'

const auth: SubgraphFixture = { sdl: 'type Query { greeting: String @public }' }

const items: SubgraphFixture = {
  sdl: 'type Item @key(fields: "id") @public { id: ID! price: Int tags: [Tag!]! } type Tag @public { text: String }',
  resolvers: {
    Item: {
      price: ({ id }: { id: string }) => Number(id) * 10,
      tags: ({ id }: { id: string }) => [{ text: `tag of ${id}` }],
    },
  },
}

const orders = ['a', 'b', 'c'].map((id) => ({ id, item: { id: '1' } }))

test('what another subgraph says of the parent stays with that parent', async () => {
  await using fixture = await startGraph({
    auth,
    items,
    orders: {
      sdl: `type Query { orders: [Order!]! @public }
        type Order @key(fields: "id") @public { id: ID! item: Item @shareable }
        type Item @key(fields: "id") @public { id: ID! }`,
      resolvers: { Query: { orders: () => orders } },
    },
    notes: {
      sdl: `type Order @key(fields: "id") @public { id: ID! item: Item @shareable }
        type Item @public { id: ID! @shareable @public note: String @public }`,
      resolvers: {
        Order: { item: ({ id }: { id: string }) => ({ id: '1', note: `of order ${id}` }) },
      },
    },
  })
  const query = '{ orders { id item { id price note tags { text } } } }'
  expect(await fixture.ask(query)).toEqual({
    data: {
      orders: ['a', 'b', 'c'].map((id) => ({
        id,
        item: { id: '1', price: 10, note: `of order ${id}`, tags: [{ text: 'tag of 1' }] },
      })),
    },
  })
})

test('objects with one key that differ in something else stay apart', async () => {
  await using fixture = await startGraph({
    auth,
    items,
    orders: {
      sdl: `type Query { orders: [Order!]! @public }
        type Order @public { id: ID! item: Item @provides(fields: "label") }
        type Item @key(fields: "id") @public { id: ID! label: String @external }`,
      resolvers: {
        Query: {
          orders: () => ['x', 'y', 'x'].map((label) => ({ id: label, item: { id: '1', label } })),
        },
      },
    },
    labels: {
      sdl: 'type Item @key(fields: "id") @public { id: ID! label: String @shareable }',
    },
  })
  const { data } = await fixture.ask('{ orders { item { label price } } }')
  const item = (label: string) => ({ item: { label, price: 10 } })
  expect(data).toEqual({ orders: ['x', 'y', 'x'].map(item) })
})

test('one that stands below several parents is nobody else’s place', async () => {
  const ids = ['0', '1', '1']
  await using fixture = await startGraph({
    auth,
    reviews: {
      sdl: `type Query { reviews: [Review!]! @public }
        type Review @public { id: ID! product: Product }
        type Product @key(fields: "id") @public { id: ID! reviews: [Review!] }`,
      resolvers: {
        Query: { reviews: () => ids.map((id) => ({ id, product: { id } })) },
        Product: { reviews: ({ id }: { id: string }) => [{ id: `of ${id}` }] },
      },
    },
    products: {
      sdl: `type Product @key(fields: "id") @public { id: ID! maker: Maker }
        type Maker @key(fields: "id") @public { id: ID! }`,
      resolvers: { Product: { maker: () => ({ id: 'm' }) } },
    },
    makers: {
      sdl: 'type Maker @key(fields: "id") @public { id: ID! name: String! }',
      resolvers: { Maker: { name: () => 'Acme' } },
    },
  })
  // The products hold more than scalars, so each stays; their one maker stands below two of them as it is.
  const query = '{ reviews { product { id reviews { id } maker { name } } } }'
  expect(await fixture.ask(query)).toEqual({
    data: {
      reviews: ids.map((id) => ({
        product: { id, reviews: [{ id: `of ${id}` }], maker: { name: 'Acme' } },
      })),
    },
  })
})

test('equal ones are asked for, merged and written as one, in lists and outside of them', async () => {
  const root = { orders: orders.map(({ item }) => ({ item: { __typename: 'Item', ...item } })) }
  const sent: string[] = []
  const step = compilePlan(planOf('orders.@.item', ['price', 'stock']), {
    isMutation: false,
    conditions: new Map(),
    isOfType: (typename, condition) => typename === condition,
    variables: { clientName: (name) => name, defaults: {}, areClients: true },
    merge: createMerge(() => true),
    dataSource: (name) => ({
      send: async (body) => {
        sent.push(body)
        if (name === 'orders') return { data: structuredClone(root) }
        return { data: { _entities: [{ __typename: 'Item', [name]: 7 }] } }
      },
    }),
  })
  const run = new Run({ variables: {}, context: contextFor() })
  await step?.(run)
  const found = run.data.orders as { item: unknown }[]
  expect(found[0]?.item).toEqual({ __typename: 'Item', id: '1', price: 7, stock: 7 })
  expect(new Set(found.map(({ item }) => item)).size).toBe(1)
  expect(sent.map((body) => JSON.parse(body).variables.representations?.length)).toEqual([
    undefined,
    1,
    1,
  ])
})

/** The orders with the key of their items, then a fetch of each of these fields of the items, all at once. */
function planOf(path: string, fields: readonly string[]): PlanNode {
  const fetchOf = (field: string): PlanNode => ({
    kind: 'Flatten',
    path: path.split('.'),
    node: {
      kind: 'Fetch',
      subgraph: field,
      operation: `query($representations: [_Any!]!) { _entities(representations: $representations) { ... on Item { ${field} } } }`,
      variables: [],
      entities: [
        {
          alias: '_entities',
          variable: 'representations',
          paths: [[]],
          requires: [
            {
              kind: 'Fragment',
              type: 'Item',
              skipIf: null,
              includeIf: null,
              selections: ['__typename', 'id'].map((name) => ({
                kind: 'Field',
                name,
                as: name,
                selections: null,
              })),
            },
          ],
          inputRewrites: [],
          outputRewrites: [],
        },
      ],
      outputRewrites: [],
    },
  })
  const first: PlanNode = {
    kind: 'Fetch',
    subgraph: 'orders',
    operation: '{ orders { item { __typename id } } }',
    variables: [],
    entities: null,
    outputRewrites: [],
  }
  return { kind: 'Sequence', nodes: [first, { kind: 'Parallel', nodes: fields.map(fetchOf) }] }
}
