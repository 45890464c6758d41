// Subgraphs of Federation 1, and what Federation 2 kept of it: `extend type`, `@extends`, keys that are external.
import type { Kind, KindSubgraph } from './kind.ts'

/** A type that one subgraph extends with what it knows, and provides a name of which it knows only at one place. */
function extending(type: string, written: { readonly extended: string; readonly name: string }) {
  const roots = type.toLowerCase()
  const extender: KindSubgraph = {
    sdl: /* GraphQL */ `
      type Query { ${roots}: ${type} provided${type}: ${type} @provides(fields: "name") }
      ${written.extended} { id: ID! @external name: String! @external rid: ID }
    `,
    roots: {
      [roots]: { id: '1', rid: 'r1' },
      [`provided${type}`]: { id: '1', rid: 'r1', name: 'Ada' },
    },
    entities: { [type]: [{ id: '1', rid: 'r1' }] },
  }
  const owner: KindSubgraph = {
    sdl: /* GraphQL */ `
      type Query { ${roots}ById(id: ID): ${type} }
      type ${type} @key(fields: "id") { id: ID! ${written.name} nick: String }
    `,
    roots: { [`${roots}ById`]: { id: '1', name: 'Ada', nick: 'A.' } },
    entities: { [type]: [{ id: '1', name: 'Ada', nick: 'A.' }] },
  }
  const asks = [
    {
      query: `{ ${roots} { id name rid nick } provided${type} { id name rid } }`,
      data: {
        [roots]: { id: '1', name: 'Ada', rid: 'r1', nick: 'A.' },
        [`provided${type}`]: { id: '1', name: 'Ada', rid: 'r1' },
      },
    },
    {
      query: `{ ${roots}ById(id: "1") { nick rid name } provided${type} { nick name } }`,
      data: {
        [`${roots}ById`]: { nick: 'A.', rid: 'r1', name: 'Ada' },
        [`provided${type}`]: { nick: 'A.', name: 'Ada' },
      },
    },
  ]
  return { extender, owner, asks }
}

const guest = extending('Guest', {
  extended: 'type Guest @key(fields: "id") @extends',
  name: 'name: String!',
})
const visitor = extending('Visitor', {
  extended: 'extend type Visitor @key(fields: "id")',
  name: 'name: String!',
})
const lodger = extending('Lodger', {
  extended: 'type Lodger @key(fields: "id") @extends',
  name: 'name: String! @shareable',
})
const boarder = extending('Boarder', {
  extended: 'extend type Boarder @key(fields: "id")',
  name: 'name: String! @shareable',
})

export const federation1: readonly Kind[] = [
  {
    audit: 'fed1-external-extends',
    subgraphs: { oldOne: guest.extender, oldTwo: guest.owner },
    asks: guest.asks,
  },
  {
    audit: 'fed1-external-extension',
    subgraphs: { oldOne: visitor.extender, oldTwo: visitor.owner },
    asks: visitor.asks,
  },
  {
    audit: 'fed2-external-extends',
    subgraphs: { one: lodger.extender, two: lodger.owner },
    asks: lodger.asks,
  },
  {
    audit: 'fed2-external-extension',
    subgraphs: { one: boarder.extender, two: boarder.owner },
    asks: boarder.asks,
  },
  {
    audit: 'fed1-external-extends-resolvable',
    subgraphs: {
      oldOne: {
        sdl: /* GraphQL */ `
          type Query { lamp: Lamp }
          type Lamp @key(fields: "id") { id: ID! name: String watt: ID }
        `,
        roots: { lamp: { id: 'l1', name: 'Tall', watt: '9' } },
        entities: { Lamp: [{ id: 'l1', name: 'Tall', watt: '9' }] },
      },
      oldTwo: {
        sdl: /* GraphQL */ `
          type Query { soldLamp: Lamp }
          extend type Lamp @key(fields: "id name") @key(fields: "upc") {
            id: ID @external name: String @external upc: String @external price: Float!
          }
        `,
        roots: { soldLamp: { id: 'l1', name: 'Tall', upc: 'u1', price: 12.5 } },
        entities: { Lamp: [{ id: 'l1', name: 'Tall', upc: 'u1', price: 12.5 }] },
      },
    },
    asks: [
      {
        query: '{ lamp { id watt upc price name } soldLamp { watt upc } }',
        data: {
          lamp: { id: 'l1', watt: '9', upc: 'u1', price: 12.5, name: 'Tall' },
          soldLamp: { watt: '9', upc: 'u1' },
        },
      },
    ],
  },
]
