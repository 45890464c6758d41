// @provides: nested, and on objects of an interface and of a union.
import type { Kind } from './kind.ts'

const innerCup = { id: 'c2', name: 'Small' }
const providedCups = [{ id: 'c1', name: 'Big', inner: [innerCup] }]
const dog = { __typename: 'Dog', id: 'a1', name: 'Rex', age: 3 }
const mouse = { __typename: 'Mouse', id: 'a2', name: 'Pip', age: 1 }
const beasts = [dog, mouse]

export const provides: readonly Kind[] = [
  {
    audit: 'nested-provides',
    subgraphs: {
      one: {
        sdl: `type Tray @key(fields: "id") { id: ID! }`,
      },
      two: {
        sdl: /* GraphQL */ `
          type Query { trays: [Tray] @shareable @provides(fields: "cups { id name inner { id name } }") }
          type Tray @key(fields: "id") { id: ID! cups: [Cup] @external }
          type Cup @key(fields: "id") { id: ID! name: String inner: [Cup] @external }
        `,
        roots: { trays: [{ id: 't1', cups: providedCups }] },
        entities: { Cup: [{ id: 'c1', name: 'Big' }, innerCup] },
      },
      three: {
        sdl: /* GraphQL */ `
          type Tray @key(fields: "id") { id: ID! cups: [Cup] @shareable }
          type Cup @key(fields: "id") { id: ID! inner: [Cup] @shareable }
        `,
        entities: {
          Tray: [{ id: 't1', cups: [{ id: 'c1', inner: [{ id: 'c2', inner: [] }] }] }],
          Cup: [
            { id: 'c1', inner: [{ id: 'c2', inner: [] }] },
            { id: 'c2', inner: [] },
          ],
        },
      },
    },
    asks: [
      {
        query: '{ trays { id cups { id name inner { id name } } } }',
        data: {
          trays: [
            { id: 't1', cups: [{ id: 'c1', name: 'Big', inner: [{ id: 'c2', name: 'Small' }] }] },
          ],
        },
      },
      {
        query: '{ trays { cups { inner { name inner { id } } } } }',
        data: { trays: [{ cups: [{ inner: [{ name: 'Small', inner: [] }] }] }] },
      },
    ],
  },
  {
    audit: 'provides-on-interface',
    subgraphs: {
      one: {
        sdl: /* GraphQL */ `
          type Query { zoo: Zoo @shareable farm: Farm @provides(fields: "beasts { ... on Dog { name } }") }
          interface Zoo { id: ID! }
          interface Beast { id: ID! }
          type Farm implements Zoo @key(fields: "id") { id: ID! beasts: [Beast] @shareable }
          type Dog implements Beast @key(fields: "id") { id: ID! @external name: String @external }
          type Mouse implements Beast @key(fields: "id") { id: ID! @external }
        `,
        roots: {
          zoo: { __typename: 'Farm', id: 'z1', beasts },
          farm: { __typename: 'Farm', id: 'z1', beasts },
        },
        entities: { Farm: [{ id: 'z1', beasts }], Dog: [dog], Mouse: [mouse] },
      },
      two: {
        sdl: /* GraphQL */ `
          type Query { zoo: Zoo @shareable @provides(fields: "beasts { id name }") }
          interface Zoo { id: ID! beasts: [Beast] }
          interface Beast { id: ID! name: String }
          type Farm implements Zoo { id: ID! @shareable beasts: [Beast] @external }
          type Dog implements Beast { id: ID! @external name: String @external }
          type Mouse implements Beast { id: ID! @external name: String @external }
        `,
        roots: { zoo: { __typename: 'Farm', id: 'z1', beasts } },
      },
      three: {
        sdl: /* GraphQL */ `
          interface Zoo { id: ID! beasts: [Beast] }
          interface Beast { id: ID! name: String }
          type Farm implements Zoo @key(fields: "id") { id: ID! beasts: [Beast] @shareable }
          type Dog implements Beast @key(fields: "id") { id: ID! name: String @shareable age: Int }
          type Mouse implements Beast @key(fields: "id") { id: ID! name: String @shareable age: Int }
        `,
        entities: { Farm: [{ id: 'z1', beasts }], Dog: [dog], Mouse: [mouse] },
      },
    },
    asks: [
      {
        query: '{ zoo { id beasts { id name } } }',
        data: {
          zoo: {
            id: 'z1',
            beasts: [
              { id: 'a1', name: 'Rex' },
              { id: 'a2', name: 'Pip' },
            ],
          },
        },
      },
      {
        query:
          '{ zoo { id beasts { id name ... on Mouse { age } } } farm { beasts { ... on Dog { name age } } } }',
        data: {
          zoo: {
            id: 'z1',
            beasts: [
              { id: 'a1', name: 'Rex' },
              { id: 'a2', name: 'Pip', age: 1 },
            ],
          },
          farm: { beasts: [{ name: 'Rex', age: 3 }, {}] },
        },
      },
    ],
  },
  {
    audit: 'provides-on-union',
    subgraphs: {
      one: {
        sdl: /* GraphQL */ `
          type Query { shelf: [OnShelf] @shareable }
          union OnShelf = Atlas | Reel
          type Atlas @key(fields: "id") { id: ID! }
          type Reel @key(fields: "id") { id: ID! }
        `,
        roots: {
          shelf: [
            { __typename: 'Atlas', id: 'a1' },
            { __typename: 'Reel', id: 'r1' },
          ],
        },
      },
      two: {
        sdl: /* GraphQL */ `
          type Query { shelf: [OnShelf] @shareable @provides(fields: "... on Atlas { title }") }
          union OnShelf = Atlas | Reel
          type Atlas @key(fields: "id") { id: ID! title: String @external }
          type Reel @key(fields: "id") { id: ID! }
        `,
        roots: {
          shelf: [
            { __typename: 'Atlas', id: 'a1', title: 'World' },
            { __typename: 'Reel', id: 'r1' },
          ],
        },
      },
      three: {
        sdl: /* GraphQL */ `
          type Atlas @key(fields: "id") { id: ID! title: String @shareable }
          type Reel @key(fields: "id") { id: ID! title: String @shareable }
        `,
        entities: { Atlas: [{ id: 'a1', title: 'World' }], Reel: [{ id: 'r1', title: 'Silent' }] },
      },
    },
    asks: [
      {
        query: '{ shelf { ... on Atlas { id title } } }',
        data: { shelf: [{ id: 'a1', title: 'World' }, {}] },
      },
      {
        query: '{ shelf { ... on Atlas { title } ... on Reel { id title } } }',
        data: { shelf: [{ title: 'World' }, { id: 'r1', title: 'Silent' }] },
      },
    ],
  },
]
