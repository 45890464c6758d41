// The planner merges what it asks for by itself into what a client asked for, by response name. No alias may stand in for such a field.
import { anonymousClaims } from '@sallyport/claims'
import { afterAll, beforeAll, expect, test } from 'vitest'
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

let fixture: GraphFixture
beforeAll(async () => {
  fixture = await startGraph(subgraphs)
})
afterAll(() => fixture[Symbol.asyncDispose]())

test.each([
  ['a key that has a rule', '{ product { taxId: name stock } }'],
  [
    'a field that nobody sees, and another subgraph requires',
    '{ product { ownerId: echo(text: "usr_me") notes } }',
  ],
  ['a part of a key', '{ product { owner { code: label } stock } }'],
  [
    'a key, in a fragment',
    '{ product { ...F stock } } fragment F on Product { taxId: name @include(if: true) }',
  ],
  ['a key of a type behind an interface', '{ media { isbn: title ... on Book { pages } } }'],
  ['the name of the type', '{ product { __typename: name stock } }'],
  ['the name of the type, and the other way round', '{ media { isbn: __typename } }'],
  ["the planner's own alias", '{ product { name__alias_0: name } }'],
])('no alias stands in for %s', (_, query) => {
  expect(() => fixture.prepare(query)).toThrow(/The alias "\w+" cannot be used here/)
})

test('arguments that differ from those of a required field need an alias', async () => {
  const query = (weight: string) => `{ product { ${weight} notes } }`
  for (const weight of ['weight', 'weight(unit: "kg")']) {
    expect(() => fixture.prepare(query(weight))).toThrow('The field "weight" needs an alias')
  }
  const { data } = await fixture.ask(query('w: weight(unit: "kg") weight(unit: "g")'))
  expect(data).toMatchObject({ product: { w: 1, weight: 1000 } })
  expect(JSON.parse((data as any).product.notes)).toMatchObject({
    weight: 1000,
    ownerId: 'usr_owner',
  })
})

test('a key keeps its rule, and every other alias does as ever', async () => {
  const prepared = fixture.prepare('{ product { taxId stock } }')
  expect(prepared.authorize(anonymousClaims, 0)).not.toBeNull()
  expect(await fixture.ask('{ product { name: name code: name label: stock } }')).toEqual({
    data: { product: { name: 'Name', code: 'Name', label: 3 } },
  })
})
