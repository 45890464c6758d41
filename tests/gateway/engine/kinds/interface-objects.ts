// @interfaceObject: from both sides, with @requires, beside a type that is extended elsewhere, and where nobody can resolve it.
import type { Kind } from './kind.ts'

const chief = { __typename: 'Chief', id: 'a1', isMain: true, isActive: true }
const clerk = { __typename: 'Clerk', id: 'a2', isMain: false }
const member = { __typename: 'Member', id: 'm1', name: 'Ada', age: 36 }
const cat = { __typename: 'Cat', id: 't1', name: 'Tom', lives: 9 }
const clip = { __typename: 'Clip', id: 'v1', title: 'Waves', seconds: 12 }
const lead = { __typename: 'Lead', id: 'b1', isMain: true }
const tagged = ({ name }: { name: string }) => `#${name}`

export const interfaceObjects: readonly Kind[] = [
  {
    audit: 'simple-interface-object',
    subgraphs: {
      one: {
        sdl: /* GraphQL */ `
          type Query { members: [NamedOne!]! }
          interface NamedOne @key(fields: "id") { id: ID! name: String }
          type Member implements NamedOne @key(fields: "id") { id: ID! name: String age: Int }
          interface Account @key(fields: "id") { id: ID! }
          type Chief implements Account @key(fields: "id") { id: ID! isMain: Boolean! isActive: Boolean! @shareable }
          type Clerk implements Account @key(fields: "id") { id: ID! isMain: Boolean! }
        `,
        roots: { members: [member] },
        entities: {
          NamedOne: [member],
          Member: [member],
          Account: [chief, clerk],
          Chief: [chief],
          Clerk: [clerk],
        },
      },
      two: {
        sdl: /* GraphQL */ `
          type Query { otherMembers: [NamedOne] accounts: [Account] @shareable }
          type NamedOne @key(fields: "id") @interfaceObject { id: ID! handle: String }
          type Account @key(fields: "id") @interfaceObject { id: ID! label: String! }
        `,
        roots: {
          otherMembers: [{ id: 'm1', handle: '@ada' }],
          accounts: [
            { id: 'a1', label: 'First' },
            { id: 'a2', label: 'Second' },
          ],
        },
        entities: {
          NamedOne: [{ id: 'm1', handle: '@ada' }],
          Account: [
            { id: 'a1', label: 'First' },
            { id: 'a2', label: 'Second' },
          ],
        },
      },
      three: {
        sdl: `type Account @key(fields: "id") @interfaceObject { id: ID! isActive: Boolean! @shareable }`,
        entities: {
          Account: [
            { id: 'a1', isActive: true },
            { id: 'a2', isActive: false },
          ],
        },
      },
    },
    asks: [
      {
        query: '{ members { id name handle ... on Member { age } } }',
        data: { members: [{ id: 'm1', name: 'Ada', handle: '@ada', age: 36 }] },
      },
      {
        query: '{ members { ... on Member { __typename age handle } } }',
        data: { members: [{ __typename: 'Member', age: 36, handle: '@ada' }] },
      },
      {
        query: '{ otherMembers { name handle ... on Member { age } } }',
        data: { otherMembers: [{ name: 'Ada', handle: '@ada', age: 36 }] },
      },
      {
        query: '{ otherMembers { ... on Member { id handle } } }',
        data: { otherMembers: [{ id: 'm1', handle: '@ada' }] },
      },
      {
        query: '{ accounts { __typename id label isActive ... on Chief { isMain } } }',
        data: {
          accounts: [
            { __typename: 'Chief', id: 'a1', label: 'First', isActive: true, isMain: true },
            { __typename: 'Clerk', id: 'a2', label: 'Second', isActive: false },
          ],
        },
      },
      {
        query: '{ accounts { ... on Chief { isActive label } ... on Clerk { isMain } } }',
        data: { accounts: [{ isActive: true, label: 'First' }, { isMain: false }] },
      },
      {
        query: '{ accounts { ... on Clerk { id isActive } } }',
        data: { accounts: [{}, { id: 'a2', isActive: false }] },
      },
    ],
  },
  {
    audit: 'interface-object-with-requires',
    subgraphs: {
      one: {
        sdl: /* GraphQL */ `
          type Query { pets: [Pet!]! }
          interface Pet @key(fields: "id") { id: ID! name: String }
          type Cat implements Pet @key(fields: "id") { id: ID! name: String lives: Int }
        `,
        roots: { pets: [cat] },
        entities: { Pet: [cat], Cat: [cat] },
      },
      two: {
        sdl: /* GraphQL */ `
          type Query { otherPets: [Pet] }
          type Pet @key(fields: "id") @interfaceObject { id: ID! name: String @external tag: String @requires(fields: "name") }
        `,
        roots: { otherPets: [{ id: 't1' }] },
        entities: { Pet: [{ id: 't1', tag: tagged }] },
      },
    },
    asks: [
      { query: '{ pets { tag } }', data: { pets: [{ tag: '#Tom' }] } },
      { query: '{ otherPets { id tag } }', data: { otherPets: [{ id: 't1', tag: '#Tom' }] } },
      {
        query: '{ otherPets { tag ... on Cat { lives name } } pets { ... on Cat { tag lives } } }',
        data: {
          otherPets: [{ tag: '#Tom', lives: 9, name: 'Tom' }],
          pets: [{ tag: '#Tom', lives: 9 }],
        },
      },
      {
        query: '{ otherPets { __typename ... on Cat { __typename tag } } }',
        data: { otherPets: [{ __typename: 'Cat', tag: '#Tom' }] },
      },
    ],
  },
  {
    audit: 'interface-object-indirect-extension',
    subgraphs: {
      one: {
        sdl: /* GraphQL */ `
          type Query { writer: Writer }
          type Writer @key(fields: "id") { id: ID! name: String }
          extend type Clip @key(fields: "id") { id: ID! writerName: String }
        `,
        roots: { writer: { id: 'w1', name: 'Ada' } },
        entities: { Clip: [{ id: 'v1', writerName: 'Ada' }] },
      },
      two: {
        sdl: /* GraphQL */ `
          type Query { work: Work }
          interface Work @key(fields: "id") { id: ID! title: String }
          type Clip implements Work @key(fields: "id") { id: ID! title: String seconds: Int }
          type Essay implements Work @key(fields: "id") { id: ID! title: String words: Int }
        `,
        roots: { work: clip },
        entities: { Work: [clip], Clip: [clip] },
      },
      three: {
        sdl: /* GraphQL */ `
          type Query { playlist: Playlist }
          type Playlist @key(fields: "id") { id: ID! name: String work: Work }
          type Work @key(fields: "id") @interfaceObject { id: ID! }
        `,
        roots: { playlist: { id: 'y1', name: 'Sea', work: { id: 'v1' } } },
      },
    },
    asks: [
      {
        query:
          '{ playlist { name work { id ... on Clip { writerName seconds } ... on Essay { words } } } }',
        data: { playlist: { name: 'Sea', work: { id: 'v1', writerName: 'Ada', seconds: 12 } } },
      },
      {
        query: '{ playlist { work { ... on Clip { writerName } } } work { title } }',
        data: { playlist: { work: { writerName: 'Ada' } }, work: { title: 'Waves' } },
      },
    ],
  },
  {
    audit: 'non-resolvable-interface-object',
    subgraphs: {
      one: {
        sdl: /* GraphQL */ `
          type Query { spot: Spot ware: Ware! }
          interface Spot @key(fields: "id") { id: ID! }
          type Ware @key(fields: "id", resolvable: false) @interfaceObject { id: ID! }
        `,
        roots: { spot: { __typename: 'Spot', id: 's1' }, ware: { id: 'l1' } },
      },
      two: {
        sdl: /* GraphQL */ `
          type Query { otherSpot: Spot }
          type Spot @key(fields: "id", resolvable: false) @interfaceObject { id: ID! note: String }
          interface Ware @key(fields: "id") { id: ID! }
          type Loaf implements Ware @key(fields: "id") { id: ID! name: String! }
        `,
        roots: { otherSpot: { id: 's1', note: 'Dry' } },
        entities: {
          Ware: [{ __typename: 'Loaf', id: 'l1', name: 'Rye' }],
          Loaf: [{ id: 'l1', name: 'Rye' }],
        },
      },
    },
    asks: [
      {
        query: '{ otherSpot { id note } ware { id } }',
        data: { otherSpot: { id: 's1', note: 'Dry' }, ware: { id: 'l1' } },
      },
      {
        query: '{ ware { ... on Loaf { id name } } }',
        data: { ware: { id: 'l1', name: 'Rye' } },
      },
      { query: '{ spot { note } }', data: null, isFaulty: true },
      { query: '{ spot { id } }', data: { spot: null }, isFaulty: true },
    ],
  },
  {
    audit: 'typename',
    subgraphs: {
      one: {
        sdl: /* GraphQL */ `
          type Query { stove: Stove device: Device }
          union Stove = Oven | Grill
          interface Device { id: ID! }
          type Oven implements Device { id: ID! }
          type Grill implements Device { id: ID! }
          interface Boss @key(fields: "id") { id: ID! }
          type Lead implements Boss @key(fields: "id") { id: ID! isMain: Boolean! }
        `,
        roots: {
          stove: { __typename: 'Oven', id: 'e1' },
          device: { __typename: 'Grill', id: 'e2' },
        },
        entities: { Boss: [lead], Lead: [lead] },
      },
      two: {
        sdl: /* GraphQL */ `
          type Query { bosses: [Boss] }
          type Boss @key(fields: "id") @interfaceObject { id: ID! name: String! }
        `,
        roots: { bosses: [{ id: 'b1', name: 'Ada' }] },
        entities: { Boss: [{ id: 'b1', name: 'Ada' }] },
      },
    },
    asks: [
      {
        query:
          '{ __typename stove { __typename kind: __typename ... on Grill { never: __typename } } device { kind: __typename ... on Grill { __typename id } } }',
        data: {
          __typename: 'Query',
          stove: { __typename: 'Oven', kind: 'Oven' },
          device: { kind: 'Grill', __typename: 'Grill', id: 'e2' },
        },
      },
      {
        query: '{ bosses { kind: __typename id name } }',
        data: { bosses: [{ kind: 'Lead', id: 'b1', name: 'Ada' }] },
      },
      { query: '{ bosses { __typename } }', data: { bosses: [{ __typename: 'Lead' }] } },
      {
        query: '{ bosses { __typename ... on Lead { kind: __typename isMain name } } }',
        data: { bosses: [{ __typename: 'Lead', kind: 'Lead', isMain: true, name: 'Ada' }] },
      },
    ],
  },
]
