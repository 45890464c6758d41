// Answers that engines of federation get wrong: lost fields, foreign values, a type's name that changes. Each with both planners.
import type { FormattedExecutionResult } from 'graphql'
import { afterEach, describe, expect, test } from 'vitest'
import { bodyOf } from '../../../gateway/engine/result.ts'
import {
  contextFor,
  type GraphFixture,
  type SubgraphFixture,
  startGraph,
} from '../graph-fixture.ts'

const auth: SubgraphFixture = { sdl: 'type Query { greeting: String @public }' }
const settings = { access: 'authenticated' }
const open: GraphFixture[] = []

afterEach(async () => {
  for (const fixture of open.splice(0)) await fixture[Symbol.asyncDispose]()
})

const planners = ['hive', 'apollo'] as const
type PlannerName = (typeof planners)[number]

/** As somebody who is signed in: rules are not what is tested here. */
async function answer(
  { graph }: GraphFixture,
  query: string,
  variables: Record<string, unknown> = {},
): Promise<FormattedExecutionResult> {
  const prepared = graph.operations.prepare(query, null)
  const checked = prepared.checkVariables(variables)
  const result = await graph.engine.execute(prepared, { variables: checked, context: contextFor() })
  return JSON.parse(bodyOf(result))
}

async function start(
  planner: PlannerName,
  subgraphs: Readonly<Record<string, SubgraphFixture>>,
): Promise<GraphFixture> {
  const withAccess = Object.entries(subgraphs).map(([name, one]) => [name, { ...one, settings }])
  const fixture = await startGraph(
    { auth, ...Object.fromEntries(withAccess) },
    { engine: { kind: 'compiled', planner, shadowPercent: 0 } },
  )
  open.push(fixture)
  return fixture
}

describe.each(planners)('with the planner of %s', (planner) => {
  describe('a field that an interface declares with less', () => {
    const library = {
      sdl: /* GraphQL */ `
        type Query { shelf: Shelf pages: Pages }
        type Mutation { move: Shelf }
        interface Shelf { next: Shelf }
        type Books implements Shelf { next: Books title: String }
        interface Pages { edges: [Edge!]! }
        interface Edge { node: Node }
        interface Node { id: ID! }
        type BookPages implements Pages { edges: [BookEdge!]! }
        type BookEdge implements Edge { node: Book }
        type Book implements Node { id: ID! title: String }
      `,
      resolvers: {
        Query: {
          shelf: () => ({ __typename: 'Books', next: { title: 'Second' } }),
          pages: () => ({
            __typename: 'BookPages',
            edges: [{ node: { id: '1', title: 'One' } }],
          }),
        },
        Mutation: { move: () => ({ __typename: 'Books', next: { title: 'Moved' } }) },
      },
    }

    test.each([
      ['{ shelf { next { __typename } ... on Books { next { title } } } }', 'shelf', 'Second'],
      ['{ shelf { ... on Books { next { title } } next { __typename } } }', 'shelf', 'Second'],
      [
        'mutation { move { next { __typename } ... on Books { next { title } } } }',
        'move',
        'Moved',
      ],
    ])('is that of the object: %s', async (query, root, title) => {
      const fixture = await start(planner, { library })
      expect(await answer(fixture, query)).toEqual({
        data: { [root]: { next: { __typename: 'Books', title } } },
      })
    })

    test('is that of the object in connections', async () => {
      const fixture = await start(planner, { library })
      const query =
        '{ pages { edges { node { id } } ... on BookPages { edges { node { title } } } } }'
      expect(await answer(fixture, query)).toEqual({
        data: { pages: { edges: [{ node: { id: '1', title: 'One' } }] } },
      })
    })
  })

  test.each([
    [
      '{ shelf { item { name } ... on Box { item { x: size } } ... on Bag { item { x: price } } } }',
      { Box: { name: 'n', x: 'small' }, Bag: { name: 'n', x: 'cheap' } },
    ],
    [
      `{ shelf {
        item { maker { name } } ... on Box { item { maker { x: country } } } ... on Bag { item { maker { x: town } } }
      } }`,
      { Box: { maker: { name: 'm', x: 'DE' } }, Bag: { maker: { name: 'm', x: 'Bonn' } } },
    ],
  ])('one name for two fields, below objects of different types: %s', async (query, items) => {
    const __resolveType = ({ __typename }: { __typename: string }) => __typename
    const placed = ['Box', 'Bag', 'Box'].map((of, id) => ({
      __typename: of,
      id,
      item: { id: '1' },
    }))
    const fixture = await start(planner, {
      shelf: {
        sdl: /* GraphQL */ `
          type Query { shelf: [Place!]! }
          interface Place { id: ID! item: Item }
          type Box implements Place @key(fields: "id") { id: ID! item: Item }
          type Bag implements Place @key(fields: "id") { id: ID! item: Item }
          type Item @key(fields: "id") { id: ID! }
        `,
        resolvers: { Query: { shelf: () => placed }, Place: { __resolveType } },
      },
      items: {
        sdl: /* GraphQL */ `
          type Item @key(fields: "id") { id: ID! name: String size: String price: String maker: Maker }
          type Maker @key(fields: "id") { id: ID! }
        `,
        resolvers: {
          Item: {
            name: () => 'n',
            size: () => 'small',
            price: () => 'cheap',
            maker: () => ({ id: 'm' }),
          },
        },
      },
      makers: {
        sdl: 'type Maker @key(fields: "id") { id: ID! name: String country: String town: String }',
        resolvers: { Maker: { name: () => 'm', country: () => 'DE', town: () => 'Bonn' } },
      },
    })
    expect(await answer(fixture, query)).toEqual({
      data: { shelf: [items.Box, items.Bag, items.Box].map((item) => ({ item })) },
    })
  })

  test.each([
    '{ named { peer { id } ... on Alpha { peer { ... on Alpha { f } } } } }',
    '{ named { ... on Alpha { peer { ... on Alpha { f } } } peer { id } } }',
  ])('what may be null in its subgraph through an interface alone: %s', async (query) => {
    const alpha = { __typename: 'Alpha', id: '1', f: 'x' }
    const __resolveType = ({ __typename }: { __typename: string }) => __typename
    const fixture = await start(planner, {
      one: {
        sdl: /* GraphQL */ `
          type Query { named: Named }
          interface Named { id: ID! peer: Named }
          type Alpha implements Named @key(fields: "id") { id: ID! peer: Named! @shareable f: String }
          type Beta implements Named @key(fields: "id") { id: ID! peer: Named }
        `,
        resolvers: {
          Named: { __resolveType },
          Query: { named: () => alpha },
          Alpha: { peer: () => alpha },
        },
      },
      two: {
        sdl: /* GraphQL */ `
          interface Named { id: ID! }
          type Alpha implements Named @key(fields: "id") { id: ID! peer: Named @shareable }
        `,
        resolvers: { Named: { __resolveType } },
      },
    })
    expect(await answer(fixture, query)).toEqual({ data: { named: { peer: { id: '1', f: 'x' } } } })
  })

  test('nothing is computed from what did not come', async () => {
    const fixture = await start(planner, {
      one: {
        sdl: 'type Query { alpha: Alpha } type Alpha @key(fields: "id") { id: ID! peer: Peer peers: [Peer] } type Peer @key(fields: "id") { id: ID! }',
        resolvers: {
          Query: { alpha: () => ({ id: '1', peer: { id: '2' }, peers: [null, { id: '2' }] }) },
        },
      },
      two: {
        sdl: 'type Peer @key(fields: "id") { id: ID! label: String }',
        mangle: () => ({ errors: [{ message: 'no', extensions: { code: 'CONFLICT' } }] }),
      },
      three: {
        sdl: /* GraphQL */ `
          type Peer @key(fields: "id") { id: ID! label: String @external }
          type Alpha @key(fields: "id") {
            id: ID! peer: Peer @external peers: [Peer] @external
            one: String @requires(fields: "peer { label }")
            all: String @requires(fields: "peers { label }")
          }
        `,
        resolvers: { Alpha: { one: () => 'computed', all: () => 'computed' } },
      },
    })
    const { data, errors } = await answer(fixture, '{ alpha { id one all } }')
    expect(data).toEqual({ alpha: { id: '1', one: null, all: null } })
    expect(errors).toContainEqual(expect.objectContaining({ message: 'no' }))
  })

  test('fragments that narrow, then widen, select what they say', async () => {
    const library = {
      sdl: /* GraphQL */ `
        type Query { book: Book }
        interface Thing { id: ID }
        interface Media { owner: Owner }
        type Owner { nick: String }
        type Book implements Thing & Media { id: ID owner: Owner }
        type Film implements Media { owner: Owner }
      `,
      resolvers: { Query: { book: () => ({ id: '1', owner: { nick: 'Ada' } }) } },
    }
    const fixture = await start(planner, { library })
    const query = '{ book { ... on Thing { ...F0 } } } fragment F0 on Media { owner { nick } }'
    expect(await answer(fixture, query)).toEqual({ data: { book: { owner: { nick: 'Ada' } } } })
  })

  describe('an @interfaceObject', () => {
    const library = {
      sdl: /* GraphQL */ `
        type Query { library: [Media!]! }
        interface Media @key(fields: "id") { id: ID! title: String }
        type Book implements Media @key(fields: "id") { id: ID! title: String pages: Int }
        type Film implements Media @key(fields: "id") { id: ID! title: String minutes: Int }
      `,
      resolvers: {
        Query: {
          library: () => [
            { __typename: 'Book', id: 'b1', title: 'Bound', pages: 7 },
            { __typename: 'Film', id: 'f1', title: 'Filmed', minutes: 90 },
          ],
        },
        Media: {
          __resolveType: ({ id }: { id: string }) => (id.startsWith('b') ? 'Book' : 'Film'),
          __resolveReference: ({ id }: { id: string }) =>
            id.startsWith('b')
              ? { id, title: 'Bound', pages: 7 }
              : { id, title: 'Filmed', minutes: 90 },
        },
        Book: {
          __resolveReference: ({ id }: { id: string }) => ({ id, title: 'Bound', pages: 7 }),
        },
        Film: {
          __resolveReference: ({ id }: { id: string }) => ({ id, title: 'Filmed', minutes: 90 }),
        },
      },
    }
    const ratings = {
      sdl: /* GraphQL */ `
        type Query { rated: [Media!]! }
        type Media @key(fields: "id") @interfaceObject { id: ID! stars: Int }
      `,
      resolvers: {
        Query: { rated: () => [{ id: 'b1' }, { id: 'f1' }] },
        Media: {
          __resolveReference: ({ id }: { id: string }) => ({ id }),
          stars: ({ id }: { id: string }) => (id === 'b1' ? 5 : 3),
        },
      },
    }

    test.each([
      [
        '{ library { title ... on Book { __typename stars } } }',
        { library: [{ title: 'Bound', __typename: 'Book', stars: 5 }, { title: 'Filmed' }] },
      ],
      [
        '{ library { __typename title ... on Book { __typename stars } } }',
        {
          library: [
            { __typename: 'Book', title: 'Bound', stars: 5 },
            { __typename: 'Film', title: 'Filmed' },
          ],
        },
      ],
      [
        '{ library { __typename stars ... on Film { minutes stars } } }',
        {
          library: [
            { __typename: 'Book', stars: 5 },
            { __typename: 'Film', stars: 3, minutes: 90 },
          ],
        },
      ],
      [
        '{ rated { __typename stars ... on Book { pages } } }',
        {
          rated: [
            { __typename: 'Book', stars: 5, pages: 7 },
            { __typename: 'Film', stars: 3 },
          ],
        },
      ],
      [
        '{ rated { ... on Book { __typename stars pages } } }',
        { rated: [{ __typename: 'Book', stars: 5, pages: 7 }, {}] },
      ],
    ])('keeps what its objects are: %s', async (query, data) => {
      const fixture = await start(planner, { library, ratings })
      expect(await answer(fixture, query)).toEqual({ data })
    })
  })
})

describe('fields that are required with other arguments', () => {
  const prices: Readonly<Record<string, number>> = { USD: 10, YEN: 1500, EUR: 9 }
  const shop = {
    sdl: /* GraphQL */ `
      type Query { goods: [Good!]! }
      type Good @key(fields: "id") { id: ID! price(currency: String!): Int! }
    `,
    resolvers: {
      Query: { goods: () => [{ id: '1' }] },
      Good: { price: (_: unknown, { currency }: { currency: string }) => prices[currency] },
    },
  }
  const taxes = {
    sdl: /* GraphQL */ `
      type Good @key(fields: "id") {
        id: ID!
        price(currency: String!): Int! @external
        tax: Int @requires(fields: "price(currency: \\"USD\\")")
        duty: Int @requires(fields: "price(currency: \\"YEN\\")")
      }
    `,
    resolvers: {
      Good: {
        __resolveReference: (reference: object) => reference,
        tax: ({ price }: { price: number }) => price * 2,
        duty: ({ price }: { price: number }) => price * 3,
      },
    },
  }

  test.each([
    ['{ goods { tax duty } }', { tax: 20, duty: 4500 }],
    ['{ goods { duty tax } }', { tax: 20, duty: 4500 }],
    ['{ goods { tax price(currency: "YEN") } }', { tax: 20, price: 1500 }],
    ['{ goods { tax price(currency: "EUR") } }', { tax: 20, price: 9 }],
    ['{ goods { tax duty price(currency: "USD") } }', { tax: 20, duty: 4500, price: 10 }],
    ['query ($c: String!) { goods { duty price(currency: $c) } }', { duty: 4500, price: 9 }],
  ])('are each sent as required: %s', async (query, good) => {
    const fixture = await start('hive', { shop, taxes })
    const variables = query.includes('$c') ? { c: 'EUR' } : {}
    expect(await answer(fixture, query, variables)).toEqual({ data: { goods: [good] } })
  })

  test.each([
    ['compiled', '{ goods { tax duty } }'],
    ['compiled', '{ goods { ...T } goods { duty } } fragment T on Good { tax }'],
    ['stock', '{ goods { tax duty } }'],
    ['stock', '{ goods { a: duty b: tax } }'],
  ] as const)(
    'are refused before any fetch where the planner would send one for both: %s, %s',
    async (kind, query) => {
      const fixture = await startGraph(
        { auth, shop: { ...shop, settings }, taxes: { ...taxes, settings } },
        { engine: { kind, planner: 'apollo', shadowPercent: 0 } },
      )
      open.push(fixture)
      const { data, errors } = await answer(fixture, query)
      expect(data).toBeNull()
      expect(errors).toHaveLength(1)
      expect(fixture.received).toEqual([])
      expect(await answer(fixture, '{ goods { duty } }')).toEqual({
        data: { goods: [{ duty: 4500 }] },
      })
    },
  )
})

describe('what the kinds of the public federation audit ask for', () => {
  test.each(planners)(
    'keys of mixed shapes lead from one subgraph to the next (%s)',
    async (planner) => {
      const orders = {
        sdl: /* GraphQL */ `
        type Query { order: Order }
        type Order @key(fields: "id") @key(fields: "shop { id } number") {
          id: ID! shop: Shop! @shareable number: Int! @shareable
        }
        type Shop { id: ID! @shareable }
      `,
        resolvers: { Query: { order: () => ({ id: 'o1', shop: { id: 's1' }, number: 7 }) } },
      }
      const parcels = {
        sdl: /* GraphQL */ `
        type Order @key(fields: "shop { id } number") {
          shop: Shop! @shareable number: Int! @shareable parcel: Parcel
        }
        type Shop { id: ID! @shareable }
        type Parcel @key(fields: "code") { code: String! }
      `,
        resolvers: {
          Order: {
            __resolveReference: (reference: { shop: { id: string }; number: number }) => reference,
            parcel: ({ shop, number }: { shop: { id: string }; number: number }) => ({
              code: `${shop.id}-${number}`,
            }),
          },
        },
      }
      const tracking = {
        sdl: /* GraphQL */ `
        type Parcel @key(fields: "code") { code: String! place: String }
      `,
        resolvers: {
          Parcel: { place: ({ code }: { code: string }) => (code === 's1-7' ? 'Rome' : null) },
        },
      }
      const fixture = await start(planner, { orders, parcels, tracking })
      expect(await answer(fixture, '{ order { parcel { place } } }')).toEqual({
        data: { order: { parcel: { place: 'Rome' } } },
      })
    },
  )

  test.each(planners)('a key that is null asks nobody, and is null (%s)', async (planner) => {
    const books = {
      sdl: /* GraphQL */ `
        type Query { books: [Book!]! }
        type Book { title: String author: Author }
        type Author @key(fields: "id") { id: ID }
      `,
      resolvers: {
        Query: {
          books: () => [
            { title: 'Known', author: { id: 'a1' } },
            { title: 'Nobody', author: null },
          ],
        },
      },
    }
    const authors = {
      sdl: 'type Author @key(fields: "id") { id: ID name: String }',
      resolvers: {
        Author: {
          __resolveReference: (one: object) => one,
          name: ({ id }: { id: string }) => `Author ${id}`,
        },
      },
    }
    const fixture = await start(planner, { books, authors })
    expect(await answer(fixture, '{ books { title author { name } } }')).toEqual({
      data: {
        books: [
          { title: 'Known', author: { name: 'Author a1' } },
          { title: 'Nobody', author: null },
        ],
      },
    })
  })
})
