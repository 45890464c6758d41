// Planners merge what they ask for by themselves into what a client asked for, by response name. Whatever a client calls its
// fields, each answers itself, and no rule is passed by.
import { anonymousClaims } from '@sallyport/claims'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type GraphFixture, type SubgraphFixture, startGraph } from './graph-fixture.ts'

const subgraphs: Record<string, SubgraphFixture> = {
  auth: { sdl: 'type Query { greeting: String @public }' },
  shop: {
    sdl: /* GraphQL */ `
      type Query { product: Product @public media: Media @public }
      type Product @key(fields: "taxId owner { code }") @public {
        taxId: ID! @policy(policies: [["role:admin"]])
        name: String
        ownerId: ID @inaccessible
        weight(unit: String): Float
        echo(text: String): ID
        broken: String
        owner: Owner! @shareable
      }
      type Owner @public { code: ID! @shareable label: String }
      interface Media @public { isbn: ID title: String }
      type Book implements Media @key(fields: "isbn") @public { isbn: ID title: String }
    `,
    resolvers: {
      Query: {
        product: () => ({
          taxId: 'SECRET',
          name: 'Name',
          ownerId: 'usr_owner',
          owner: { code: 'o', label: 'l' },
        }),
        media: () => ({ __typename: 'Book', isbn: 'i', title: 't' }),
      },
      Product: {
        echo: (_: unknown, { text }: { text: string }) => text,
        broken: () => {
          throw new Error('broken')
        },
        weight: (_: unknown, { unit }: { unit?: string }) => (unit === 'g' ? 1000 : 1),
      },
    },
  },
  stock: {
    sdl: /* GraphQL */ `
      type Product @key(fields: "taxId owner { code }") @public {
        taxId: ID! @policy(policies: [["role:admin"]])
        owner: Owner! @shareable
        ownerId: ID @external
        weight(unit: String): Float @external
        stock: Int
        notes: String @requires(fields: "ownerId weight(unit: \\"g\\")")
      }
      type Owner @public { code: ID! @shareable }
      type Book @key(fields: "isbn") @public { isbn: ID pages: Int }
    `,
    resolvers: {
      Product: {
        __resolveReference: (reference: object) => reference,
        stock: () => 3,
        notes: (one: object) => JSON.stringify(one),
      },
      Book: { __resolveReference: (reference: object) => reference, pages: () => 7 },
    },
  },
}

describe.each(['hive', 'apollo'] as const)('with the planner of %s', (planner) => {
  let fixture: GraphFixture
  beforeAll(async () => {
    fixture = await startGraph(subgraphs, {
      engine: { kind: 'compiled', planner, shadowPercent: 0 },
    })
  })
  afterAll(() => fixture[Symbol.asyncDispose]())

  test.each([
    ['a key that has a rule', '{ product { taxId: name stock } }', { taxId: 'Name', stock: 3 }],
    [
      'a part of a key',
      '{ product { owner { code: label } stock } }',
      { owner: { code: 'l' }, stock: 3 },
    ],
    [
      'a key, in a fragment',
      '{ product { ...F stock } } fragment F on Product { taxId: name @include(if: true) }',
      { taxId: 'Name', stock: 3 },
    ],
    [
      'the name of the type',
      '{ product { __typename: name stock } }',
      { __typename: 'Name', stock: 3 },
    ],
    [
      "Apollo's own alias",
      '{ product { name__alias_0: name stock } }',
      { name__alias_0: 'Name', stock: 3 },
    ],
    [
      "Hive's own alias",
      '{ product { _internal_qp_alias_0: name stock } }',
      { _internal_qp_alias_0: 'Name', stock: 3 },
    ],
    [
      'a name of ours',
      '{ product { sallyport_0: name taxId: stock } }',
      { sallyport_0: 'Name', taxId: 3 },
    ],
  ])('an alias may have the name of %s', async (_, query, product) => {
    expect(await fixture.ask(query)).toEqual({ data: { product } })
  })

  test.each([
    ['{ media { isbn: title ... on Book { pages } } }', { isbn: 't', pages: 7 }],
    ['{ media { isbn: __typename ... on Book { pages } } }', { isbn: 'Book', pages: 7 }],
  ])('also behind an interface: %s', async (query, media) => {
    expect(await fixture.ask(query)).toEqual({ data: { media } })
  })

  test('a required field that nobody sees is not what a client calls by its name', async () => {
    const { data } = await fixture.ask('{ product { ownerId: echo(text: "usr_me") notes } }')
    expect((data as any).product.ownerId).toBe('usr_me')
    expect(JSON.parse((data as any).product.notes)).toMatchObject({ ownerId: 'usr_owner' })
  })

  test.each([
    ['weight', { weight: 1 }],
    ['weight(unit: "kg")', { weight: 1 }],
    ['weight(unit: "g")', { weight: 1000 }],
    ['w: weight(unit: "kg") weight(unit: "g")', { w: 1, weight: 1000 }],
  ])(
    'a field keeps the arguments of the client beside those that are required: %s',
    async (own, expected) => {
      const { data } = await fixture.ask(`{ product { ${own} notes } }`)
      const { notes, ...rest } = (data as any).product
      expect(rest).toEqual(expected)
      expect(JSON.parse(notes)).toMatchObject({ weight: 1000, ownerId: 'usr_owner' })
    },
  )

  test('an error of a field stands under the name that the client gave it', async () => {
    const { data, errors } = await fixture.ask('{ product { taxId: broken stock } }')
    expect(data).toEqual({ product: { taxId: null, stock: 3 } })
    expect(errors?.map(({ path }) => path)).toEqual([['product', 'taxId']])
  })

  test('a key keeps its rule, and every other alias does as ever', async () => {
    const prepared = fixture.prepare('{ product { taxId stock } }')
    expect(prepared.authorize(anonymousClaims, 0)).not.toBeNull()
    expect(await fixture.ask('{ product { name: name code: name label: stock } }')).toEqual({
      data: { product: { name: 'Name', code: 'Name', label: 3 } },
    })
  })
})
