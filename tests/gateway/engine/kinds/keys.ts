// Keys: nested, in lists, of mixed shapes, null, and of an object above.
import type { Kind } from './kind.ts'

const owners = [
  { __typename: 'Owner', id: 'o1', nick: 'Ada' },
  { __typename: 'Owner', id: 'o2', nick: 'Bo' },
]
const chats = [
  { __typename: 'Chat', id: 'k1', text: 'Ahoy' },
  { __typename: 'Chat', id: 'k2', text: 'Land' },
]
const byId =
  (rows: readonly { id: string }[]) =>
  (_: unknown, { id }: { id: string }) =>
    rows.find((one) => one.id === id)

export const keys: readonly Kind[] = [
  {
    audit: 'simple-entity-call',
    subgraphs: {
      one: {
        sdl: `type Query { captain: Captain } type Captain @key(fields: "id") { id: ID! radio: String! }`,
        roots: { captain: { id: 'c1', radio: '16' } },
      },
      two: {
        sdl: `type Captain @key(fields: "radio") { radio: String! @external callSign: String! }`,
        entities: { Captain: [{ radio: '16', callSign: 'Swan' }] },
      },
    },
    asks: [
      { query: '{ captain { id callSign } }', data: { captain: { id: 'c1', callSign: 'Swan' } } },
    ],
  },
  {
    audit: 'complex-entity-call',
    subgraphs: {
      one: {
        sdl: /* GraphQL */ `
          type Query { bestFleet: Fleet! }
          type Fleet @key(fields: "ships { id }") { ships: [Ship!]! }
          type Ship @key(fields: "id") { id: ID! berth: Berth @shareable }
          type Berth @key(fields: "id") { id: ID! flag: String @shareable main: Ship! @shareable }
        `,
        roots: { bestFleet: { ships: [{ id: 's1' }, { id: 's2' }] } },
        entities: {
          Ship: [
            { id: 's1', berth: { id: 'b1', flag: 'red', main: { id: 's1' } } },
            { id: 's2', berth: { id: 'b2', flag: 'blue', main: { id: 's2' } } },
          ],
          Berth: [
            { id: 'b1', flag: 'red', main: { id: 's1' } },
            { id: 'b2', flag: 'blue', main: { id: 's2' } },
          ],
        },
      },
      two: {
        sdl: `type Ship @key(fields: "id") @key(fields: "id hull") { id: ID! hull: String! }`,
        entities: {
          Ship: [
            { id: 's1', hull: 'h1' },
            { id: 's2', hull: 'h2' },
          ],
        },
      },
      three: {
        sdl: /* GraphQL */ `
          type Fleet @key(fields: "ships { id hull }") { ships: [Ship!]! first: Ship @shareable chosen: Ship @shareable }
          type Ship @key(fields: "id hull") { id: ID! hull: String }
        `,
        entities: {
          Fleet: [
            {
              ships: [{ id: 's1' }],
              first: { id: 's1', hull: 'h1' },
              chosen: { id: 's2', hull: 'h2' },
            },
          ],
        },
      },
      four: {
        sdl: /* GraphQL */ `
          type Fleet @key(fields: "ships { id hull berth { id flag } } chosen { id }") {
            ships: [Ship!]! first: Ship @shareable chosen: Ship @shareable
          }
          type Ship @key(fields: "id hull berth { id flag }") { id: ID! hull: String berth: Berth rent: Rent }
          type Berth @key(fields: "id flag") { id: ID! flag: String }
          type Rent { amount: Float! }
        `,
        entities: {
          Ship: [
            { id: 's1', hull: 'h1', berth: { id: 'b1', flag: 'red' }, rent: { amount: 10 } },
            { id: 's2', hull: 'h2', berth: { id: 'b2', flag: 'blue' }, rent: { amount: 20 } },
          ],
        },
      },
    },
    asks: [
      {
        query:
          '{ bestFleet { ships { id hull rent { amount } berth { main { id } id } } chosen { id } first { id } } }',
        data: {
          bestFleet: {
            ships: [
              {
                id: 's1',
                hull: 'h1',
                rent: { amount: 10 },
                berth: { main: { id: 's1' }, id: 'b1' },
              },
              {
                id: 's2',
                hull: 'h2',
                rent: { amount: 20 },
                berth: { main: { id: 's2' }, id: 'b2' },
              },
            ],
            chosen: { id: 's2' },
            first: { id: 's1' },
          },
        },
      },
    ],
  },
  {
    audit: 'keys-mashup',
    subgraphs: {
      one: {
        sdl: /* GraphQL */ `
          type Parcel
            @key(fields: "id", resolvable: true)
            @key(fields: "tag", resolvable: false)
            @key(fields: "route { from to }", resolvable: false)
            @key(fields: "id route { to via }", resolvable: false) {
            id: ID! tag: ID! route: Route! label: String!
          }
          type Route { from: ID! to: ID! via: ID! }
        `,
        entities: {
          Parcel: [
            { id: 'p1', tag: 't1', route: { from: 'x', to: 'y', via: 'z' }, label: 'Glass' },
          ],
        },
      },
      two: {
        sdl: /* GraphQL */ `
          type Query { depot: Depot }
          type Depot @key(fields: "id") { id: ID! parcels: [Parcel!]! }
          type Parcel
            @key(fields: "route { from to }", resolvable: false)
            @key(fields: "id route { to via }", resolvable: true)
            @key(fields: "tag", resolvable: false)
            @key(fields: "id", resolvable: false) {
            id: ID! tag: ID! route: Route! label: String! @external sticker: String! @requires(fields: "label")
          }
          type Route { from: ID! to: ID! via: ID! }
        `,
        roots: {
          depot: {
            id: 'd1',
            parcels: [{ id: 'p1', tag: 't1', route: { from: 'x', to: 'y', via: 'z' } }],
          },
        },
        entities: {
          Parcel: [
            {
              id: 'p1',
              tag: 't1',
              route: { from: 'x', to: 'y', via: 'z' },
              sticker: ({ label }: { label: string }) => `${label}!`,
            },
          ],
        },
      },
    },
    asks: [
      {
        query: '{ depot { id parcels { id label sticker } } }',
        data: { depot: { id: 'd1', parcels: [{ id: 'p1', label: 'Glass', sticker: 'Glass!' }] } },
      },
    ],
  },
  {
    audit: 'null-keys',
    subgraphs: {
      one: {
        sdl: /* GraphQL */ `
          type Query { boxes: [Box] }
          type Box { toy: Toy }
          type Toy @key(fields: "code") { code: ID! }
        `,
        roots: { boxes: [{ toy: { code: 'y1' } }, { toy: { code: 'y2' } }, { toy: null }, null] },
      },
      two: {
        sdl: `type Toy @key(fields: "id") @key(fields: "code") { id: ID! code: ID! }`,
        entities: { Toy: [{ id: '1', code: 'y1' }] },
      },
      three: {
        sdl: `type Toy @key(fields: "id") { id: ID! maker: Maker } type Maker { name: String }`,
        entities: { Toy: [{ id: '1', maker: { name: 'Elf' } }] },
      },
    },
    asks: [
      {
        query: '{ boxes { toy { code maker { name } } } }',
        data: {
          boxes: [
            { toy: { code: 'y1', maker: { name: 'Elf' } } },
            { toy: { code: 'y2', maker: null } },
            { toy: null },
            null,
          ],
        },
      },
    ],
  },
  {
    audit: 'parent-entity-call',
    subgraphs: {
      one: {
        sdl: /* GraphQL */ `
          type Query { rooms: [Room!]! }
          type Room @key(fields: "id") @key(fields: "id floor") { id: ID! floor: ID! sort: Sort @shareable }
          type Sort @key(fields: "id") { id: ID! name: String! @shareable }
        `,
        roots: {
          rooms: [
            { id: 'r1', floor: '1', sort: { id: 'suite', name: 'Suite' } },
            { id: 'r2', floor: '2', sort: { id: 'bunk', name: 'Bunk' } },
          ],
        },
      },
      two: {
        sdl: /* GraphQL */ `
          type Room @key(fields: "id floor") { id: ID! floor: ID! sort: Sort @shareable }
          type Sort @key(fields: "id") { id: ID! name: String! @shareable }
        `,
      },
      three: {
        sdl: /* GraphQL */ `
          type Room @key(fields: "id floor") { id: ID! floor: ID! sort: Sort @shareable }
          type Sort { facts: Facts }
          type Facts { beds: Int }
        `,
        entities: {
          Room: [
            { id: 'r1', floor: '1', sort: { facts: { beds: 1 } } },
            { id: 'r2', floor: '2', sort: { facts: { beds: 4 } } },
          ],
        },
      },
    },
    asks: [
      {
        query: '{ rooms { id sort { name facts { beds } } } }',
        data: {
          rooms: [
            { id: 'r1', sort: { name: 'Suite', facts: { beds: 1 } } },
            { id: 'r2', sort: { name: 'Bunk', facts: { beds: 4 } } },
          ],
        },
      },
    ],
  },
  {
    audit: 'parent-entity-call-complex',
    subgraphs: {
      one: {
        sdl: /* GraphQL */ `
          type Garden @key(fields: "id") { id: ID @external bed: Bed @shareable }
          type Bed { soil: String }
        `,
        entities: { Garden: [{ id: 'g1', bed: { soil: 'Loam' } }] },
      },
      two: {
        sdl: /* GraphQL */ `
          type Garden @key(fields: "id") { id: ID @external bed: Bed @shareable }
          type Bed { id: ID @shareable }
        `,
        entities: { Garden: [{ id: 'g1', bed: { id: 'e1' } }] },
      },
      three: {
        sdl: `type Bed @key(fields: "id") { id: ID name: String }`,
        entities: { Bed: [{ id: 'e1', name: 'Roses' }] },
      },
      four: {
        sdl: /* GraphQL */ `
          type Query { garden(id: ID!): Garden }
          type Garden @key(fields: "id") { id: ID name: String }
        `,
        roots: { garden: { id: 'g1', name: 'North' } },
        entities: { Garden: [{ id: 'g1', name: 'North' }] },
      },
    },
    asks: [
      {
        query: '{ garden(id: "g1") { id name bed { id name soil } } }',
        data: {
          garden: { id: 'g1', name: 'North', bed: { id: 'e1', name: 'Roses', soil: 'Loam' } },
        },
      },
    ],
  },
  {
    audit: 'corrupted-supergraph-node-id',
    subgraphs: {
      one: {
        sdl: /* GraphQL */ `
          type Query { thing(id: ID!): Thing @shareable owner(id: String!): Owner }
          interface Thing { id: ID! }
          type Owner implements Thing @key(fields: "id") { id: ID! nick: String! }
          type Chat implements Thing @key(fields: "id") { id: ID! @external owner: Owner! }
        `,
        roots: {
          thing: byId([...owners, { ...chats[0], owner: owners[0] } as never]),
          owner: byId(owners),
        },
        entities: {
          Owner: owners,
          Chat: [
            { id: 'k1', owner: owners[0] },
            { id: 'k2', owner: owners[1] },
          ],
        },
      },
      two: {
        sdl: /* GraphQL */ `
          type Query { thing(id: ID!): Thing @shareable chat(id: String!): Chat }
          interface Thing { id: ID! }
          type Owner implements Thing @key(fields: "id") { id: ID! @external chats: [Chat!]! }
          type Chat implements Thing @key(fields: "id") { id: ID! text: String! }
        `,
        roots: {
          thing: byId([{ ...owners[0], chats } as never, ...chats]),
          chat: byId(chats),
        },
        entities: { Owner: [{ id: 'o1', chats }], Chat: chats },
      },
    },
    asks: [
      {
        query: '{ owner(id: "o1") { id nick chats { id text owner { nick } } } }',
        data: {
          owner: {
            id: 'o1',
            nick: 'Ada',
            chats: [
              { id: 'k1', text: 'Ahoy', owner: { nick: 'Ada' } },
              { id: 'k2', text: 'Land', owner: { nick: 'Bo' } },
            ],
          },
        },
      },
      {
        query: '{ thing(id: "o1") { __typename ... on Owner { id nick chats { text } } } }',
        data: {
          thing: {
            __typename: 'Owner',
            id: 'o1',
            nick: 'Ada',
            chats: [{ text: 'Ahoy' }, { text: 'Land' }],
          },
        },
      },
      // Each subgraph has an object of the interface whose id it does not answer.
      { query: '{ thing(id: "o1") { id } }', data: null, isFaulty: true },
      {
        query:
          '{ thing(id: "k1") { ... on Chat { id text owner { id nick } } } chat(id: "k1") { owner { nick } } }',
        data: {
          thing: { id: 'k1', text: 'Ahoy', owner: { id: 'o1', nick: 'Ada' } },
          chat: { owner: { nick: 'Ada' } },
        },
      },
    ],
  },
  {
    audit: 'mysterious-external',
    subgraphs: {
      one: {
        sdl: /* GraphQL */ `
          type Query { cheapestPear: Pear }
          extend type Pear @key(fields: "id") { id: ID! @external price: Float }
        `,
        roots: { cheapestPear: { id: 'p1', price: 0.5 } },
        entities: { Pear: [{ id: 'p1', price: 0.5 }] },
      },
      two: {
        sdl: /* GraphQL */ `
          type Query { pears: [Pear!]! }
          type Pear @key(fields: "id") { id: ID! name: String! }
        `,
        roots: { pears: [{ id: 'p1', name: 'Anjou' }] },
        entities: { Pear: [{ id: 'p1', name: 'Anjou' }] },
      },
    },
    asks: [
      {
        query: '{ cheapestPear { id name price } pears { price } }',
        data: { cheapestPear: { id: 'p1', name: 'Anjou', price: 0.5 }, pears: [{ price: 0.5 }] },
      },
    ],
  },
]
