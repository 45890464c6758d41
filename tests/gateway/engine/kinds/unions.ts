// Unions whose members differ between subgraphs, and objects that are an interface's in one subgraph alone.
import type { Kind } from './kind.ts'

const tape = { __typename: 'Tape', id: 't1', title: 'Rain' }
const tapeOfOne = { ...tape, noteOne: 'n1' }
const tapeOfTwo = { ...tape, noteTwo: 'n2' }
const disc = { __typename: 'Disc', id: 'd1', title: 'Snow', noteOne: 'n1' }
const film = { __typename: 'Film', id: 'm1', title: 'Wind', noteTwo: 'n2' }
const coil = { __typename: 'Coil', id: 'c1' }
const toaster = { __typename: 'Toaster', id: 'q1', warranty: 3 }
const folk = { __typename: 'Folk', id: 'f1', name: 'Ada' }
const host = { __typename: 'Host', id: 'h1', name: 'Inn' }

export const unions: readonly Kind[] = [
  {
    audit: 'union-intersection',
    subgraphs: {
      one: {
        sdl: /* GraphQL */ `
          type Query {
            medium: Medium @shareable mediumOfOne: Medium tape: Tape @shareable watcher: Watcher @shareable
          }
          union Medium = Tape | Disc
          union Watched = Tape | Disc
          type Tape @key(fields: "id") { id: ID! title: String! @shareable noteOne: String! }
          type Disc @key(fields: "id") { id: ID! title: String! @shareable noteOne: String! }
          type Watcher { watched: Watched @shareable watchedInOne: Watched }
        `,
        roots: {
          medium: tapeOfOne,
          mediumOfOne: disc,
          tape: tapeOfOne,
          watcher: { watched: tapeOfOne, watchedInOne: disc },
        },
        entities: { Tape: [tapeOfOne], Disc: [disc] },
      },
      two: {
        sdl: /* GraphQL */ `
          type Query {
            medium: Medium @shareable mediumOfTwo: Medium tape: Medium @shareable watcher: Watcher @shareable
          }
          union Medium = Tape | Film
          union Watched = Tape | Film
          type Tape @key(fields: "id") { id: ID! title: String! @shareable noteTwo: String! }
          type Film @key(fields: "id") { id: ID! title: String! @shareable noteTwo: String! }
          type Watcher { watched: Watched @shareable watchedInTwo: Watched }
        `,
        roots: {
          medium: tapeOfTwo,
          mediumOfTwo: film,
          tape: tapeOfTwo,
          watcher: { watched: tapeOfTwo, watchedInTwo: film },
        },
        entities: { Tape: [tapeOfTwo], Film: [film] },
      },
    },
    asks: [
      {
        query:
          '{ medium { __typename ... on Tape { title noteOne noteTwo } ... on Film { noteTwo } ... on Disc { noteOne } } }',
        data: { medium: { __typename: 'Tape', title: 'Rain', noteOne: 'n1', noteTwo: 'n2' } },
      },
      {
        query:
          '{ mediumOfOne { ... on Disc { title } ... on Film { title } } mediumOfTwo { ... on Film { title } ... on Disc { noteOne } ... on Tape { noteOne } } }',
        data: { mediumOfOne: { title: 'Snow' }, mediumOfTwo: { title: 'Wind' } },
      },
      {
        query:
          '{ tape { ... on Tape { title noteTwo } ... on Disc { title } } watcher { watched { ... on Tape { noteOne } } watchedInOne { ... on Disc { noteOne } } watchedInTwo { __typename ... on Film { title } ... on Disc { title } } } }',
        data: {
          tape: { title: 'Rain', noteTwo: 'n2' },
          watcher: {
            watched: { noteOne: 'n1' },
            watchedInOne: { noteOne: 'n1' },
            watchedInTwo: { __typename: 'Film', title: 'Wind' },
          },
        },
      },
    ],
  },
  {
    audit: 'union-interface-distributed',
    subgraphs: {
      one: {
        sdl: /* GraphQL */ `
          type Query { heaters: [Heater] unit(id: ID!): Unit units: [Unit] toasters: [Toaster] }
          union Heater = Coil | Toaster
          interface Unit { id: ID! }
          interface Warranted { warranty: Int }
          type Coil @key(fields: "id") { id: ID! }
          type Toaster implements Unit & Warranted @key(fields: "id") { id: ID! warranty: Int }
        `,
        roots: { heaters: [coil, toaster], unit: toaster, units: [toaster], toasters: [toaster] },
        entities: { Coil: [coil], Toaster: [toaster] },
      },
      two: {
        sdl: /* GraphQL */ `
          interface Unit { id: ID! }
          interface Warranted { warranty: Int }
          type Coil implements Unit & Warranted @key(fields: "id") { id: ID! warranty: Int }
        `,
        entities: { Coil: [{ id: 'c1', warranty: 1 }] },
      },
    },
    asks: [
      {
        query: '{ heaters { ... on Unit { id } ... on Warranted { warranty } } }',
        data: {
          heaters: [
            { id: 'c1', warranty: 1 },
            { id: 'q1', warranty: 3 },
          ],
        },
      },
      {
        query:
          '{ heaters { __typename ... on Unit { ... on Warranted { warranty } } ... on Coil { warranty } } }',
        data: {
          heaters: [
            { __typename: 'Coil', warranty: 1 },
            { __typename: 'Toaster', warranty: 3 },
          ],
        },
      },
      {
        query:
          '{ units { id ... on Coil { warranty } ... on Warranted { warranty } } unit(id: "q1") { __typename ... on Toaster { warranty } } toasters { ... on Unit { id } ... on Warranted { warranty } } }',
        data: {
          units: [{ id: 'q1', warranty: 3 }],
          unit: { __typename: 'Toaster', warranty: 3 },
          toasters: [{ id: 'q1', warranty: 3 }],
        },
      },
    ],
  },
  {
    audit: 'partial-union',
    subgraphs: {
      one: {
        sdl: /* GraphQL */ `
          type Query { reply: Reply }
          type Reply @shareable { deeds: [Deed!]! text: String }
          union Deed = Walk | Run | Rest
          type Walk @shareable { id: ID! pace: String }
          type Run { id: ID! name: String }
          type Rest { id: ID! label: String }
        `,
        roots: {
          reply: {
            text: 'Done',
            deeds: [
              { __typename: 'Walk', id: 'w1', pace: 'slow' },
              { __typename: 'Run', id: 'r1', name: 'far' },
              { __typename: 'Rest', id: 'e1', label: 'long' },
            ],
          },
        },
      },
      two: {
        sdl: /* GraphQL */ `
          type Reply @shareable { deeds: [Deed!]! text: String }
          union Deed = Walk
          type Walk @shareable { id: ID! pace: String }
        `,
      },
    },
    asks: [
      {
        query:
          '{ reply { text deeds { __typename ... on Walk { id pace } ... on Run { id name } ... on Rest { id label } } } }',
        data: {
          reply: {
            text: 'Done',
            deeds: [
              { __typename: 'Walk', id: 'w1', pace: 'slow' },
              { __typename: 'Run', id: 'r1', name: 'far' },
              { __typename: 'Rest', id: 'e1', label: 'long' },
            ],
          },
        },
      },
      {
        query: '{ reply { deeds { ... on Run { name } } } }',
        data: { reply: { deeds: [{}, { name: 'far' }, {}] } },
      },
    ],
  },
  {
    audit: 'partial-union-complex',
    subgraphs: {
      one: {
        sdl: /* GraphQL */ `
          type Query { boxOfOne: Carton sharedBox: Carton @shareable }
          type Carton @key(fields: "id") { id: ID! lining: Lining @shareable }
          type Lining @shareable { layers: [Layer!]! }
          union Layer = Foam | Felt
          type Foam @shareable { label: String }
          type Felt { felt: String }
        `,
        roots: {
          boxOfOne: {
            id: 'b1',
            lining: {
              layers: [
                { __typename: 'Foam', label: 'soft' },
                { __typename: 'Felt', felt: 'grey' },
              ],
            },
          },
          sharedBox: { id: 'b2', lining: { layers: [{ __typename: 'Foam', label: 'hard' }] } },
        },
        entities: {
          Carton: [{ id: 'b3', lining: { layers: [{ __typename: 'Foam', label: 'soft' }] } }],
        },
      },
      two: {
        sdl: /* GraphQL */ `
          type Query { boxOfTwo: Carton sharedBox: Carton @shareable }
          type Carton @key(fields: "id") { id: ID! lining: Lining @shareable innerLining: Lining }
          type Lining @shareable { layers: [Layer!]! }
          union Layer = Foam | Wool
          type Foam @shareable { label: String }
          type Wool { wool: String }
        `,
        roots: {
          boxOfTwo: {
            id: 'b3',
            lining: {
              layers: [
                { __typename: 'Wool', wool: 'warm' },
                { __typename: 'Foam', label: 'soft' },
              ],
            },
            innerLining: { layers: [{ __typename: 'Wool', wool: 'thin' }] },
          },
          sharedBox: { id: 'b2', lining: { layers: [{ __typename: 'Foam', label: 'hard' }] } },
        },
        entities: {
          Carton: [{ id: 'b1', innerLining: { layers: [{ __typename: 'Wool', wool: 'thin' }] } }],
        },
      },
    },
    asks: [
      {
        query:
          '{ boxOfOne { lining { layers { __typename ... on Foam { label } ... on Felt { felt } ... on Wool { wool } } } } }',
        data: {
          boxOfOne: {
            lining: {
              layers: [
                { __typename: 'Foam', label: 'soft' },
                { __typename: 'Felt', felt: null },
              ],
            },
          },
        },
        // Both may answer for the lining, so that either is asked for what both know alone.
        isFaulty: true,
      },
      {
        query:
          '{ boxOfTwo { lining { layers { ... on Felt { felt } ... on Wool { wool } } } innerLining { layers { ... on Wool { wool } } } } }',
        data: {
          boxOfTwo: {
            lining: { layers: [{ wool: null }, {}] },
            innerLining: { layers: [{ wool: 'thin' }] },
          },
        },
        isFaulty: true,
      },
      {
        query:
          '{ sharedBox { lining { layers { __typename ... on Foam { label } } } } boxOfOne { innerLining { layers { ... on Wool { wool } ... on Felt { felt } } } } }',
        data: {
          sharedBox: { lining: { layers: [{ __typename: 'Foam', label: 'hard' }] } },
          boxOfOne: { innerLining: { layers: [{ wool: 'thin' }] } },
        },
      },
    ],
  },
  {
    audit: 'child-type-mismatch',
    subgraphs: {
      one: {
        sdl: /* GraphQL */ `
          type Query { folks: [Folk!]! }
          type Folk { id: ID @shareable }
        `,
        roots: { folks: [{ __typename: 'Folk', id: 'f1' }] },
      },
      two: {
        sdl: /* GraphQL */ `
          type Query { parties: [Party!]! }
          union Party = Folk | Host
          type Folk @key(fields: "id") { id: ID! name: String alike: [Party!]! }
          type Host { id: ID name: String @shareable alike: [Party!]! }
        `,
        roots: {
          parties: [
            { ...folk, alike: [folk, host] },
            { ...host, alike: [host] },
          ],
        },
        entities: { Folk: [{ ...folk, alike: [host] }] },
      },
    },
    asks: [
      {
        query:
          '{ folks { id name alike { ... on Host { name } } } parties { ... on Folk { id name alike { ... on Folk { id name } ... on Host { id name } } } ... on Host { id name } } }',
        data: {
          folks: [{ id: 'f1', name: 'Ada', alike: [{ name: 'Inn' }] }],
          parties: [
            {
              id: 'f1',
              name: 'Ada',
              alike: [
                { id: 'f1', name: 'Ada' },
                { id: 'h1', name: 'Inn' },
              ],
            },
            { id: 'h1', name: 'Inn' },
          ],
        },
      },
    ],
  },
]
