// Interfaces: whose objects are spread over subgraphs, that refer to themselves, with narrower types in their objects.
import type { Kind } from './kind.ts'

const sizes = { n1: { cm: 20, grams: 300.5 }, p1: { cm: 30, grams: 90 } }
const novel = {
  __typename: 'Novel',
  id: 'n1',
  sku: 'N-1',
  size: sizes.n1,
  secret: true,
  alike: [{ __typename: 'Novel', id: 'n2', sku: 'N-2', alike: [] }],
  printer: { __typename: 'House', id: 'h1' },
}
const paper = {
  __typename: 'Paper',
  id: 'p1',
  sku: 'P-1',
  size: sizes.p1,
  alike: [{ __typename: 'Paper', id: 'p2', sku: 'P-2', alike: [] }],
  printer: { __typename: 'Own', mail: 'own@example.com' },
}
const courier = ({ size }: { size: { cm: number; grams: number } }, { zip }: { zip: string }) => ({
  fast: `${size.cm} cm, ${size.grams} g to ${zip}`,
})
const ratingsOf = ({ alike }: { alike: readonly { id: string }[] }) =>
  alike.map(({ id }) => ({ id: Number(id[1]), body: id }))
const ratingOfNovel = { id: 1, body: 'Long', item: { __typename: 'Novel', id: 'n1' } }

export const interfaces: readonly Kind[] = [
  {
    audit: 'node',
    subgraphs: {
      one: {
        sdl: /* GraphQL */ `
          type Query { leafNode: Plant stemNode: Plant }
          interface Plant { id: ID! }
          type Leaf implements Plant @key(fields: "id") { id: ID! }
          type Stem implements Plant @key(fields: "id") { id: ID! }
        `,
        roots: {
          leafNode: { __typename: 'Leaf', id: 'l1' },
          stemNode: { __typename: 'Stem', id: 's1' },
        },
      },
      two: {
        sdl: /* GraphQL */ `
          interface Plant { id: ID! }
          type Leaf implements Plant @key(fields: "id") @shareable { id: ID! name: String! veins: Int! }
          type Stem implements Plant @key(fields: "id") { id: ID! name: String! }
        `,
        entities: {
          Leaf: [{ id: 'l1', name: 'Oak', veins: 9 }],
          Stem: [{ id: 's1', name: 'Reed' }],
        },
      },
      three: {
        sdl: /* GraphQL */ `
          interface Plant { id: ID! }
          type Leaf implements Plant @key(fields: "id") { id: ID! }
          type Stem implements Plant @key(fields: "id") { id: ID! }
        `,
      },
    },
    asks: [
      {
        query:
          '{ leafNode { id ... on Leaf { __typename name veins } } stemNode { ... on Leaf { veins } ... on Stem { name } } }',
        data: {
          leafNode: { id: 'l1', __typename: 'Leaf', name: 'Oak', veins: 9 },
          stemNode: { name: 'Reed' },
        },
      },
    ],
  },
  {
    audit: 'circular-reference-interface',
    subgraphs: {
      one: {
        sdl: /* GraphQL */ `
          type Query { dish: Dish }
          interface Dish { sameTaste: Dish }
          type Soup implements Dish @key(fields: "id") {
            id: ID! sameTaste: Soup @provides(fields: "salt") salt: Float @external
          }
        `,
        roots: {
          dish: {
            __typename: 'Soup',
            id: 'u1',
            sameTaste: {
              __typename: 'Soup',
              id: 'u2',
              salt: 0.5,
              sameTaste: { __typename: 'Soup', id: 'u1', salt: 0.25 },
            },
          },
        },
        entities: { Soup: [{ id: 'u1' }, { id: 'u2' }] },
      },
      two: {
        sdl: `type Soup @key(fields: "id") { id: ID! salt: Float @shareable }`,
        entities: {
          Soup: [
            { id: 'u1', salt: 0.25 },
            { id: 'u2', salt: 0.5 },
          ],
        },
      },
    },
    asks: [
      {
        query:
          '{ dish { __typename sameTaste { sameTaste { ... on Soup { id } } } ... on Soup { salt } } }',
        data: { dish: { __typename: 'Soup', sameTaste: { sameTaste: { id: 'u1' } }, salt: 0.25 } },
      },
      {
        query:
          '{ dish { sameTaste { __typename ... on Soup { salt } sameTaste { __typename ... on Soup { salt } } } } }',
        data: {
          dish: {
            sameTaste: {
              __typename: 'Soup',
              salt: 0.5,
              sameTaste: { __typename: 'Soup', salt: 0.25 },
            },
          },
        },
      },
    ],
  },
  {
    audit: 'abstract-types',
    subgraphs: {
      one: {
        sdl: /* GraphQL */ `
          type Query { items: [Item] alike(id: ID!): [Item] }
          interface Item { id: ID! sku: String size: Measure secret: Boolean @inaccessible }
          interface Alike { alike: [Item] }
          type Measure @shareable { cm: Int grams: Float }
          type Novel implements Item & Alike @key(fields: "id") {
            id: ID! sku: String size: Measure @shareable alike: [Novel] secret: Boolean printer: Printer
          }
          type Paper implements Item & Alike @key(fields: "id") {
            id: ID! sku: String size: Measure @shareable alike: [Paper] secret: Boolean printer: Printer
          }
          union Printer = House | Own
          type House { id: ID! @shareable }
          type Own { mail: String }
        `,
        roots: { items: [novel, paper], alike: [novel] },
        entities: { Novel: [novel, ...novel.alike], Paper: [paper, ...paper.alike] },
      },
      two: {
        sdl: /* GraphQL */ `
          interface Item { id: ID! size: Measure courier(zip: String): Courier }
          type Novel implements Item @key(fields: "id") {
            id: ID! size: Measure @external courier(zip: String): Courier @requires(fields: "size { cm grams }")
          }
          type Paper implements Item @key(fields: "id") {
            id: ID! size: Measure @external courier(zip: String): Courier @requires(fields: "size { cm grams }")
          }
          type Measure @shareable { cm: Int grams: Float }
          type Courier { fast: String }
        `,
        entities: { Novel: [{ id: 'n1', courier }], Paper: [{ id: 'p1', courier }] },
      },
      three: {
        sdl: /* GraphQL */ `
          type Query { rating(id: Int!): Rating }
          interface Item { id: ID! ratings: [Rating!]! score: Float! }
          interface Alike { alike: [Item] }
          type Novel implements Item & Alike @key(fields: "id") {
            id: ID! ratings: [Rating!]! score: Float! alike: [Novel] @external
            ratingsOfAlike: [Rating!]! @requires(fields: "alike { id }")
          }
          type Paper implements Item & Alike @key(fields: "id") {
            id: ID! ratings: [Rating!]! score: Float! alike: [Paper] @external
            ratingsOfAlike: [Rating!]! @requires(fields: "alike { id }")
          }
          type Rating { id: Int! body: String! item: Item }
        `,
        roots: { rating: ratingOfNovel },
        entities: {
          Novel: [{ id: 'n1', score: 4.5, ratings: [ratingOfNovel], ratingsOfAlike: ratingsOf }],
          Paper: [{ id: 'p1', score: 3, ratings: [], ratingsOfAlike: ratingsOf }],
        },
      },
      four: {
        sdl: /* GraphQL */ `
          type House @key(fields: "id") { id: ID! name: String mail: Mail }
          type Mail { box: String }
          type Guild @key(fields: "id") { id: ID! name: String mail: String }
          union Printer = House | Guild
        `,
        entities: { House: [{ id: 'h1', name: 'Press', mail: { box: '7' } }] },
      },
    },
    asks: [
      {
        query:
          '{ items { id sku courier(zip: "1") { fast } score ratings { id item { __typename sku ... on Novel { score } } } } }',
        data: {
          items: [
            {
              id: 'n1',
              sku: 'N-1',
              courier: { fast: '20 cm, 300.5 g to 1' },
              score: 4.5,
              ratings: [{ id: 1, item: { __typename: 'Novel', sku: 'N-1', score: 4.5 } }],
            },
            { id: 'p1', sku: 'P-1', courier: { fast: '30 cm, 90 g to 1' }, score: 3, ratings: [] },
          ],
        },
      },
      {
        query:
          '{ items { ... on Novel { ratingsOfAlike { id } } ... on Paper { alike { id sku } } } alike(id: "n1") { sku ... on Alike { alike { id sku } } } }',
        data: {
          items: [{ ratingsOfAlike: [{ id: 2 }] }, { alike: [{ id: 'p2', sku: 'P-2' }] }],
          alike: [{ sku: 'N-1', alike: [{ id: 'n2', sku: 'N-2' }] }],
        },
      },
      {
        query:
          '{ items { ... on Novel { printer { __typename ... on House { id name mail { box } } } } ... on Paper { printer { ... on Own { own: mail } ... on House { id } ... on Guild { name } } } } }',
        data: {
          items: [
            { printer: { __typename: 'House', id: 'h1', name: 'Press', mail: { box: '7' } } },
            { printer: { own: 'own@example.com' } },
          ],
        },
      },
      {
        query:
          '{ rating(id: 1) { body item { id courier(zip: "2") { fast } ... on Alike { alike { sku } } } } }',
        data: {
          rating: {
            body: 'Long',
            item: { id: 'n1', courier: { fast: '20 cm, 300.5 g to 2' }, alike: [{ sku: 'N-2' }] },
          },
        },
      },
    ],
  },
]
