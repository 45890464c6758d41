// Root fields that several subgraphs share, mutations in their order, and inputs of which each subgraph knows another part.
import type { Kind } from './kind.ts'

/** Of one request: mutations are run one after the other, whoever runs them. */
const total = { value: 0 }

export const rootsAndInputs: readonly Kind[] = [
  {
    audit: 'enum-intersection',
    subgraphs: {
      one: {
        sdl: /* GraphQL */ `
          type Query { walkers: [Walker] }
          type Walker @key(fields: "id") { id: ID gait: Gait @shareable }
          enum Gait { STEADY }
        `,
        roots: {
          walkers: [
            { id: 'w1', gait: 'STEADY' },
            { id: 'w2', gait: 'STEADY' },
          ],
        },
        entities: { Walker: [{ id: 'w1', gait: 'STEADY' }] },
      },
      two: {
        sdl: /* GraphQL */ `
          type Query { walkersByGait(gait: Gait!): [Walker!] walkersOfTwo: [Walker!] }
          extend type Walker @key(fields: "id") { id: ID gait: Gait @shareable }
          enum Gait { HIDDEN @inaccessible STEADY }
        `,
        roots: {
          walkersByGait: (_: unknown, { gait }: { gait: string }) => [{ id: 'w1', gait }],
          walkersOfTwo: [
            { id: 'w1', gait: 'STEADY' },
            { id: 'w2', gait: 'HIDDEN' },
          ],
        },
        entities: { Walker: [{ id: 'w1', gait: 'STEADY' }] },
      },
    },
    asks: [
      {
        query: '{ walkers { id gait } walkersByGait(gait: STEADY) { id gait } }',
        data: {
          walkers: [
            { id: 'w1', gait: 'STEADY' },
            { id: 'w2', gait: 'STEADY' },
          ],
          walkersByGait: [{ id: 'w1', gait: 'STEADY' }],
        },
      },
      {
        query: '{ walkersOfTwo { id gait } }',
        data: {
          walkersOfTwo: [
            { id: 'w1', gait: 'STEADY' },
            { id: 'w2', gait: null },
          ],
        },
        isFaulty: true,
      },
    ],
  },
  {
    audit: 'input-object-intersection',
    subgraphs: {
      one: {
        sdl: /* GraphQL */ `
          type Query { oarsOfOne(filter: OarFilter!): [Oar!] }
          input OarFilter { first: Int! }
          type Oar @key(fields: "id") { id: ID! name: String! @shareable }
        `,
        roots: {
          oarsOfOne: (_: unknown, { filter }: { filter: { first: number } }) =>
            [
              { id: 'o1', name: 'Left' },
              { id: 'o2', name: 'Right' },
            ].slice(0, filter.first),
        },
      },
      two: {
        sdl: /* GraphQL */ `
          type Query { oarsOfTwo(filter: OarFilter!): [Oar!] }
          input OarFilter { offset: Int first: Int! }
          type Oar @key(fields: "id") { id: ID! name: String! @shareable }
        `,
        roots: {
          oarsOfTwo: (_: unknown, { filter }: { filter: { first: number; offset?: number } }) =>
            'offset' in filter ? [] : [{ id: 'o1', name: 'Left' }].slice(0, filter.first),
        },
      },
    },
    asks: [
      {
        query:
          '{ oarsOfOne(filter: { first: 1 }) { id name } oarsOfTwo(filter: { first: 1 }) { name } }',
        data: { oarsOfOne: [{ id: 'o1', name: 'Left' }], oarsOfTwo: [{ name: 'Left' }] },
      },
      {
        query:
          'query ($filter: OarFilter!) { oarsOfOne(filter: $filter) { id } oarsOfTwo(filter: $filter) { id } }',
        variables: { filter: { first: 2 } },
        data: { oarsOfOne: [{ id: 'o1' }, { id: 'o2' }], oarsOfTwo: [{ id: 'o1' }] },
      },
    ],
  },
  {
    audit: 'simple-inaccessible',
    subgraphs: {
      one: {
        sdl: /* GraphQL */ `
          type Query { mates: [Mate!]! @shareable }
          type Mate @key(fields: "id") { id: ID age: Int }
        `,
        roots: { mates: [{ id: 'm1', age: 7 }] },
        entities: {
          Mate: [
            { id: 'm1', age: 7 },
            { id: 'm2', age: 8 },
          ],
        },
      },
      two: {
        sdl: /* GraphQL */ `
          type Query { matesOfTwo: [Mate!]! }
          type Mate @key(fields: "id") { id: ID mates(bond: Bond = KIN @inaccessible): [Mate!]! bond: Bond }
          enum Bond { KIN @inaccessible CREW }
        `,
        roots: { matesOfTwo: [{ id: 'm2', bond: 'CREW', mates: [] }] },
        entities: {
          Mate: [
            {
              id: 'm1',
              bond: 'CREW',
              // The default that clients do not see is in force all the same.
              mates: (_: unknown, { bond }: { bond: string }) =>
                bond === 'KIN' ? [{ id: 'm2' }] : [],
            },
            { id: 'm2', bond: 'CREW', mates: [] },
          ],
        },
      },
    },
    asks: [
      {
        query: '{ mates { age mates { id age bond } } matesOfTwo { id bond age } }',
        data: {
          mates: [{ age: 7, mates: [{ id: 'm2', age: 8, bond: 'CREW' }] }],
          matesOfTwo: [{ id: 'm2', bond: 'CREW', age: 8 }],
        },
      },
    ],
  },
  {
    audit: 'shared-root',
    subgraphs: {
      one: {
        sdl: /* GraphQL */ `
          type Query { gem: Gem! @shareable gems: [Gem!]! @shareable }
          type Gem { id: ID! @shareable cut: Cut! }
          type Cut { id: ID! name: String! }
        `,
        roots: {
          gem: { id: 'g1', cut: { id: 'c1', name: 'Round' } },
          gems: [{ id: 'g1', cut: { id: 'c1', name: 'Round' } }],
        },
      },
      two: {
        sdl: /* GraphQL */ `
          type Query { gem: Gem! @shareable gems: [Gem!]! @shareable }
          type Gem { id: ID! @shareable name: GemName! }
          type GemName { brand: String! model: String! }
        `,
        roots: {
          gem: { id: 'g1', name: { brand: 'Old', model: 'Mine' } },
          gems: [{ id: 'g1', name: { brand: 'Old', model: 'Mine' } }],
        },
      },
      three: {
        sdl: /* GraphQL */ `
          type Query { gem: Gem! @shareable gems: [Gem!]! @shareable }
          type Gem { id: ID! @shareable price: GemPrice! }
          type GemPrice { amount: Int! }
        `,
        roots: {
          gem: { id: 'g1', price: { amount: 9 } },
          gems: [{ id: 'g1', price: { amount: 9 } }],
        },
      },
    },
    asks: [
      {
        query: '{ gem { id cut { name } name { brand model } price { amount } } }',
        data: {
          gem: {
            id: 'g1',
            cut: { name: 'Round' },
            name: { brand: 'Old', model: 'Mine' },
            price: { amount: 9 },
          },
        },
      },
      {
        query: '{ gems { price { amount } cut { id } name { model } } }',
        data: { gems: [{ price: { amount: 9 }, cut: { id: 'c1' }, name: { model: 'Mine' } }] },
      },
    ],
  },
  {
    audit: 'mutations',
    subgraphs: {
      one: {
        sdl: /* GraphQL */ `
          type Query { ware1: Good }
          type Mutation {
            addGood(input: AddGood!): Good!
            addGroup(name: String!): Group! @shareable
            times(by: Int!): Int!
          }
          input AddGood { name: String! price: Float! }
          type Good @key(fields: "id") { id: ID! name: String! price: Float! }
          type Group @key(fields: "id") { id: ID! }
        `,
        roots: {
          ware1: null,
          addGood: (_: unknown, { input }: { input: { name: string; price: number } }) => ({
            id: 'new',
            ...input,
          }),
          addGroup: (_: unknown, { name }: { name: string }) => ({ id: `group-${name}` }),
          times: (_: unknown, { by }: { by: number }) => {
            total.value *= by
            return total.value
          },
        },
        entities: { Good: [{ id: 'new', name: 'Rope', price: 600 }] },
      },
      two: {
        sdl: /* GraphQL */ `
          type Mutation { clear: Int! addGroup(name: String!): Group! @shareable }
          type Good @key(fields: "id") {
            id: ID! price: Float! @external isDear: Boolean! @requires(fields: "price") isAvailable: Boolean!
          }
          type Group @key(fields: "id") { id: ID! name: String! }
        `,
        roots: {
          clear: () => {
            const { value } = total
            total.value = 0
            return value
          },
          addGroup: (_: unknown, { name }: { name: string }) => ({ id: `group-${name}`, name }),
        },
        entities: {
          Good: [{ id: 'new', isDear, isAvailable: true }],
          Group: [{ id: 'group-Sea', name: 'Sea' }],
        },
      },
      three: {
        sdl: `type Mutation { add(number: Int!): Int! }`,
        roots: {
          add: (_: unknown, { number }: { number: number }) => {
            total.value += number
            return total.value
          },
        },
      },
    },
    asks: [
      {
        query:
          'mutation { addGood(input: { name: "Rope", price: 600 }) { name price isDear isAvailable } addGroup(name: "Sea") { id name } }',
        data: {
          addGood: { name: 'Rope', price: 600, isDear: true, isAvailable: true },
          addGroup: { id: 'group-Sea', name: 'Sea' },
        },
      },
      {
        query:
          'mutation { five: add(number: 5) ten: times(by: 2) twelve: add(number: 2) last: clear }',
        data: { five: 5, ten: 10, twelve: 12, last: 12 },
      },
    ],
  },
]

function isDear({ price }: { price: number }): boolean {
  return price > 100
}
