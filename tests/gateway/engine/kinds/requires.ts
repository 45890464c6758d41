// @requires: in chains and circles, with arguments, of interfaces and fragments, behind @include and @skip.
import type { Kind } from './kind.ts'

const crates = [
  {
    upc: 'u1',
    weight: 5,
    price: (_: unknown, { currency }: { currency: string }) => (currency === 'USD' ? 10 : 1500),
    shelf: {
      average: (_: unknown, { currency }: { currency: string }) => (currency === 'USD' ? 7 : 900),
    },
  },
]
const freight = ({ price, weight }: { price: number; weight: number }) => price * weight
const silk = { __typename: 'Silk', foo: 'f', bar: 'b', silk: 's' }
const twine = { __typename: 'Twine', foo: 'f2', bar: 'b2', twine: 't' }
const tied = ({ data }: { data: Record<string, unknown> }) =>
  [data.foo, data.bar, data.silk ?? data.twine].join('-')
const abodes = {
  hut: { __typename: 'Hut', id: 'h1', town: 'Ulm' },
  flat: { __typename: 'Flat', id: 'f1', town: 'Rome' },
}
const isDear = ({ price }: { price: number }) => price > 100
const dearTool = ({ isDear: dear }: { isDear: boolean }) => `dear: ${dear}`

export const requires: readonly Kind[] = [
  {
    audit: 'simple-requires-provides',
    subgraphs: {
      one: {
        sdl: /* GraphQL */ `
          type Query { self: Person }
          type Person @key(fields: "id") { id: ID! name: String login: String @shareable }
        `,
        roots: { self: { id: 'p1', name: 'Ada', login: 'ada' } },
        entities: { Person: [{ id: 'p1', name: 'Ada', login: 'ada' }] },
      },
      two: {
        sdl: /* GraphQL */ `
          type Query { tables: [Table] }
          type Table @key(fields: "upc") { upc: String! name: String price: Int weight: Int }
        `,
        roots: { tables: [{ upc: 't1', name: 'Oak', price: 100, weight: 20 }] },
        entities: { Table: [{ upc: 't1', name: 'Oak', price: 100, weight: 20 }] },
      },
      three: {
        sdl: /* GraphQL */ `
          type Table @key(fields: "upc") {
            upc: String! weight: Int @external price: Int @external inStock: Boolean
            freight: Int @requires(fields: "price weight")
            freightTag: String @requires(fields: "price weight")
          }
        `,
        entities: {
          Table: [
            {
              upc: 't1',
              inStock: true,
              freight,
              freightTag: (one: { price: number; weight: number }) => `#${freight(one)}`,
            },
          ],
        },
      },
      four: {
        sdl: /* GraphQL */ `
          type Opinion @key(fields: "id") { id: ID! text: String by: Person @provides(fields: "login") of: Table }
          type Person @key(fields: "id") { id: ID! login: String @external opinions: [Opinion] }
          type Table @key(fields: "upc") { upc: String! opinions: [Opinion] }
        `,
        entities: {
          Person: [
            {
              id: 'p1',
              opinions: [
                { id: 'o1', text: 'Solid', of: { upc: 't1' }, by: { id: 'p1', login: 'ada' } },
              ],
            },
          ],
          Table: [
            {
              upc: 't1',
              opinions: [
                { id: 'o1', text: 'Solid', of: { upc: 't1' }, by: { id: 'p1', login: 'ada' } },
              ],
            },
          ],
        },
      },
    },
    asks: [
      {
        query: '{ tables { name inStock freight freightTag opinions { by { login name } } } }',
        data: {
          tables: [
            {
              name: 'Oak',
              inStock: true,
              freight: 2000,
              freightTag: '#2000',
              opinions: [{ by: { login: 'ada', name: 'Ada' } }],
            },
          ],
        },
      },
      {
        query:
          '{ self { opinions { text of { freight opinions { by { opinions { of { upc } } } } } } } }',
        data: {
          self: {
            opinions: [
              {
                text: 'Solid',
                of: { freight: 2000, opinions: [{ by: { opinions: [{ of: { upc: 't1' } }] } }] },
              },
            ],
          },
        },
      },
    ],
  },
  {
    audit: 'requires-requires',
    subgraphs: {
      one: {
        sdl: `type Fare @key(fields: "id") { id: ID! price: Float! @inaccessible }`,
        entities: { Fare: [{ id: 'f1', price: 200 }] },
      },
      two: {
        sdl: /* GraphQL */ `
          type Query { fare: Fare }
          type Fare @key(fields: "id") { id: ID! hasRebate: Boolean! }
        `,
        roots: { fare: { id: 'f1', hasRebate: true } },
        entities: { Fare: [{ id: 'f1', hasRebate: true }] },
      },
      three: {
        sdl: /* GraphQL */ `
          type Fare @key(fields: "id") {
            id: ID!
            price: Float! @external
            isDear: Boolean! @requires(fields: "price")
            hasRebate: Boolean! @external
            isDearWithRebate: Boolean! @requires(fields: "hasRebate")
          }
        `,
        entities: {
          Fare: [
            {
              id: 'f1',
              isDear,
              isDearWithRebate: ({ hasRebate }: { hasRebate: boolean }) => !hasRebate,
            },
          ],
        },
      },
      four: {
        sdl: /* GraphQL */ `
          type Fare @key(fields: "id") {
            id: ID!
            isDear: Boolean! @external
            canPay: Boolean! @requires(fields: "isDear")
            isDearWithRebate: Boolean! @external
            canPayWithRebate: Boolean! @requires(fields: "isDearWithRebate")
          }
        `,
        entities: {
          Fare: [
            {
              id: 'f1',
              canPay: (one: { isDear: boolean }) => !one.isDear,
              canPayWithRebate: (one: { isDearWithRebate: boolean }) => !one.isDearWithRebate,
            },
          ],
        },
      },
    },
    asks: [
      {
        query: '{ fare { canPay canPayWithRebate } }',
        data: { fare: { canPay: false, canPayWithRebate: true } },
      },
      {
        query: '{ fare { canPayWithRebate isDear hasRebate canPay isDearWithRebate } }',
        data: {
          fare: {
            canPayWithRebate: true,
            isDear: true,
            hasRebate: true,
            canPay: false,
            isDearWithRebate: false,
          },
        },
      },
    ],
  },
  {
    audit: 'requires-circular',
    subgraphs: {
      one: {
        sdl: /* GraphQL */ `
          type Query { notes: [Note] }
          type Note @key(fields: "id") {
            id: ID! byNovice: Boolean! @external byExpert: Boolean! @requires(fields: "byNovice")
          }
          type Scribe @key(fields: "id") { id: ID! name: String! years: Int! }
        `,
        roots: { notes: [{ id: 'n1' }, { id: 'n2' }] },
        entities: {
          Note: ['n1', 'n2'].map((id) => ({
            id,
            byExpert: (one: { byNovice: boolean }) => !one.byNovice,
          })),
          Scribe: [
            { id: 's1', name: 'Ada', years: 20 },
            { id: 's2', name: 'Bo', years: 1 },
          ],
        },
      },
      two: {
        sdl: /* GraphQL */ `
          type Note @key(fields: "id") {
            id: ID! scribe: Scribe! byNovice: Boolean! @requires(fields: "scribe { years }")
          }
          type Scribe @key(fields: "id") { id: ID! years: Int! @external }
        `,
        entities: {
          Note: ['1', '2'].map((n) => ({
            id: `n${n}`,
            // Required, it comes along with what is known here.
            scribe: { id: `s${n}` },
            byNovice: (one: { scribe: { years: number } }) => one.scribe.years < 10,
          })),
        },
      },
    },
    asks: [
      {
        query: '{ notes { byNovice byExpert } }',
        data: {
          notes: [
            { byNovice: false, byExpert: true },
            { byNovice: true, byExpert: false },
          ],
        },
      },
      {
        query: '{ notes { id byExpert scribe { name } } }',
        data: {
          notes: [
            { id: 'n1', byExpert: true, scribe: { name: 'Ada' } },
            { id: 'n2', byExpert: false, scribe: { name: 'Bo' } },
          ],
        },
      },
    ],
  },
  {
    audit: 'requires-with-argument',
    subgraphs: {
      one: {
        sdl: /* GraphQL */ `
          type Query { crates: [Crate] }
          type Crate @key(fields: "upc") { upc: String! weight: Int price(currency: String!): Int shelf: Shelf }
          type Shelf { average(currency: String!): Int }
        `,
        roots: { crates },
        entities: { Crate: crates },
      },
      two: {
        sdl: /* GraphQL */ `
          type Crate @key(fields: "upc") {
            upc: String!
            weight: Int @external
            price(currency: String!): Int @external
            freight: Int @requires(fields: "price(currency: \\"USD\\") weight")
            shelf: Shelf @external
            isOnDearShelf: Boolean @requires(fields: "shelf { average(currency: \\"USD\\") }")
          }
          type Shelf @external { average(currency: String!): Int }
        `,
        entities: {
          Crate: [
            {
              upc: 'u1',
              freight,
              isOnDearShelf: ({ shelf }: { shelf: { average: number } }) => shelf.average > 100,
            },
          ],
        },
      },
      three: {
        sdl: /* GraphQL */ `
          type Query { entries: [Entry] }
          type Entry @key(fields: "id") { id: ID! }
          type Remark @key(fields: "id") { id: ID! writerId: ID text: String! }
        `,
        roots: { entries: [{ id: 'e1' }] },
        entities: {
          Remark: ['1', '2', '3', '4'].map((n) => ({
            id: `m${n}`,
            writerId: `w${n}`,
            text: `Text ${n}`,
          })),
        },
      },
      four: {
        sdl: /* GraphQL */ `
          type Entry @key(fields: "id") {
            id: ID! writer: Penman @requires(fields: "remarks(limit: 3) { writerId }") remarks(limit: Int!): [Remark]
          }
          type Remark @key(fields: "id") { id: ID! date: String writerId: ID @external }
          type Penman { id: ID! name: String }
        `,
        entities: {
          Entry: [
            {
              id: 'e1',
              remarks: (_: unknown, { limit }: { limit: number }) =>
                ['1', '2', '3', '4']
                  .slice(0, limit)
                  .map((n) => ({ id: `m${n}`, date: `day ${n}` })),
              writer: ({ remarks }: { remarks: { writerId: string }[] }) => ({
                id: remarks.at(-1)?.writerId,
                name: remarks.map(({ writerId }) => writerId).join(),
              }),
            },
          ],
        },
      },
    },
    asks: [
      {
        query: '{ crates { freight isOnDearShelf } }',
        data: { crates: [{ freight: 50, isOnDearShelf: false }] },
      },
      {
        query:
          '{ crates { freight price(currency: "YEN") dollars: price(currency: "USD") shelf { average(currency: "YEN") } } }',
        data: { crates: [{ freight: 50, price: 1500, dollars: 10, shelf: { average: 900 } }] },
      },
      {
        query: '{ entries { writer { id name } } }',
        data: { entries: [{ writer: { id: 'w3', name: 'w1,w2,w3' } }] },
      },
      {
        query: '{ entries { remarks(limit: 1) { date text } writer { name } } }',
        data: {
          entries: [{ remarks: [{ date: 'day 1', text: 'Text 1' }], writer: { name: 'w1,w2,w3' } }],
        },
      },
    ],
  },
  {
    audit: 'requires-with-argument-conflict',
    subgraphs: {
      one: {
        sdl: /* GraphQL */ `
          type Query { bales: [Bale] }
          type Bale @key(fields: "upc") { upc: String! weight: Int price(currency: String!): Int }
        `,
        roots: { bales: crates },
        entities: { Bale: crates },
      },
      two: {
        sdl: /* GraphQL */ `
          type Bale @key(fields: "upc") {
            upc: String!
            weight: Int @external
            price(currency: String!): Int @external
            freight: Int @requires(fields: "price(currency: \\"USD\\") weight")
            freightInYen: Int @requires(fields: "price(currency: \\"YEN\\") weight")
          }
        `,
        entities: { Bale: [{ upc: 'u1', freight, freightInYen: freight }] },
      },
    },
    asks: [
      {
        query: '{ bales { upc freight freightInYen } }',
        data: { bales: [{ upc: 'u1', freight: 50, freightInYen: 7500 }] },
      },
      { query: '{ bales { freightInYen } }', data: { bales: [{ freightInYen: 7500 }] } },
    ],
  },
  {
    audit: 'requires-with-fragments',
    subgraphs: {
      one: {
        sdl: /* GraphQL */ `
          type Query { packs: [Pack] }
          type Pack @key(fields: "id") { id: ID! data: Wrap }
          interface Wrap { foo: String! }
          interface Band implements Wrap { foo: String! bar: String! }
          type Silk implements Wrap & Band @shareable { foo: String! bar: String! silk: String! }
          type Twine implements Wrap & Band @shareable { foo: String! bar: String! twine: String! }
        `,
        roots: {
          packs: [
            { id: 'k1', data: silk },
            { id: 'k2', data: twine },
          ],
        },
        entities: {
          Pack: [
            { id: 'k1', data: silk },
            { id: 'k2', data: twine },
          ],
        },
      },
      two: {
        sdl: /* GraphQL */ `
          type Query { twoPacks: [Pack] }
          type Pack @key(fields: "id") {
            id: ID!
            data: Wrap @external
            tied: String!
              @requires(fields: "data { foo ... on Band { bar ... on Silk { silk } ... on Twine { twine } } }")
            plain: String! @requires(fields: "data { ... on Wrap { foo } }")
          }
          interface Wrap { foo: String! }
          interface Band implements Wrap { foo: String! bar: String! }
          type Silk implements Wrap & Band @shareable @inaccessible { foo: String! bar: String! silk: String! }
          type Twine implements Wrap & Band @shareable { foo: String! bar: String! twine: String! }
        `,
        roots: { twoPacks: [{ id: 'k2' }, { id: 'k1' }] },
        entities: {
          Pack: ['k1', 'k2'].map((id) => ({
            id,
            tied,
            plain: ({ data }: { data: { foo: string } }) => data.foo,
          })),
        },
      },
    },
    asks: [
      { query: '{ packs { tied } }', data: { packs: [{ tied: 'f-b-s' }, { tied: 'f2-b2-t' }] } },
      { query: '{ packs { plain } }', data: { packs: [{ plain: 'f' }, { plain: 'f2' }] } },
      {
        query: '{ twoPacks { id tied plain } }',
        data: {
          twoPacks: [
            { id: 'k2', tied: 'f2-b2-t', plain: 'f2' },
            { id: 'k1', tied: 'f-b-s', plain: 'f' },
          ],
        },
      },
      {
        query: '{ packs { id data { foo ... on Twine { twine } } tied } }',
        data: {
          packs: [
            // Silk is hidden from clients: what it says cannot be told.
            { id: 'k1', data: null, tied: 'f-b-s' },
            { id: 'k2', data: { foo: 'f2', twine: 't' }, tied: 'f2-b2-t' },
          ],
        },
        isFaulty: true,
      },
    ],
  },
  {
    audit: 'requires-interface',
    subgraphs: {
      one: {
        sdl: /* GraphQL */ `
          type Query { visits: [Visit] }
          interface Abode { id: ID! }
          type Hut implements Abode @key(fields: "id") { id: ID! town: String @shareable }
          type Flat implements Abode @key(fields: "id") { id: ID! town: String @shareable }
          type Visit @key(fields: "id") {
            id: ID!
            name: String! @shareable
            abode: Abode @external
            town: String @requires(fields: "abode { id }")
            land: String @requires(fields: "abode { ... on Flat { id } }")
          }
        `,
        roots: {
          visits: [
            { id: 'v1', name: 'Ada' },
            { id: 'v2', name: 'Bo' },
          ],
        },
        entities: {
          Visit: ['v1', 'v2'].map((id) => ({
            id,
            name: 'known',
            town: (one: { abode?: { id: string } }) => `town of ${one.abode?.id}`,
            land: (one: { abode?: { id?: string } }) => one.abode?.id ?? null,
          })),
        },
      },
      two: {
        sdl: /* GraphQL */ `
          type Query { visitOfTwo: Visit }
          interface Abode { id: ID! }
          type Hut implements Abode @key(fields: "id") { id: ID! town: String @shareable }
          type Flat implements Abode @key(fields: "id") { id: ID! town: String @shareable }
          type Tent implements Abode @key(fields: "id") { id: ID! town: String @shareable }
          type Visit @key(fields: "id") { id: ID! name: String! @shareable abode: Abode @shareable }
        `,
        roots: { visitOfTwo: { id: 'v2', name: 'Bo', abode: abodes.flat } },
        entities: {
          Visit: [
            { id: 'v1', name: 'Ada', abode: abodes.hut },
            { id: 'v2', name: 'Bo', abode: abodes.flat },
          ],
        },
      },
    },
    asks: [
      {
        query: '{ visits { town } }',
        data: { visits: [{ town: 'town of h1' }, { town: 'town of f1' }] },
      },
      { query: '{ visits { land } }', data: { visits: [{ land: null }, { land: 'f1' }] } },
      {
        query:
          '{ visits { town name abode { id } } visitOfTwo { town abode { ... on Flat { town } } } }',
        data: {
          visits: [
            { town: 'town of h1', name: 'Ada', abode: { id: 'h1' } },
            { town: 'town of f1', name: 'Bo', abode: { id: 'f1' } },
          ],
          visitOfTwo: { town: 'town of f1', abode: { town: 'Rome' } },
        },
      },
    ],
  },
  {
    audit: 'include-skip',
    subgraphs: {
      one: {
        sdl: /* GraphQL */ `
          type Query { tool: Tool }
          type Tool @key(fields: "id") { id: ID! price: Float! }
        `,
        roots: { tool: { id: 't1', price: 250 } },
        entities: { Tool: [{ id: 't1', price: 250 }] },
      },
      two: {
        sdl: /* GraphQL */ `
          type Tool @key(fields: "id") { id: ID! price: Float! @external isDear: Boolean! @requires(fields: "price") }
        `,
        entities: { Tool: [{ id: 't1', isDear }] },
      },
      three: {
        sdl: /* GraphQL */ `
          type Tool @key(fields: "id") {
            id: ID!
            isDear: Boolean! @external
            said: String! @requires(fields: "isDear")
            never: String! @requires(fields: "isDear")
          }
        `,
        entities: {
          Tool: [
            {
              id: 't1',
              said: dearTool,
              never: () => {
                throw new Error('never to be asked')
              },
            },
          ],
        },
      },
    },
    asks: [
      {
        query: 'query ($no: Boolean! = false) { tool { price never @include(if: $no) } }',
        data: { tool: { price: 250 } },
      },
      {
        query:
          'query ($yes: Boolean! = true) { tool { price never @skip(if: $yes) said @include(if: $yes) } }',
        data: { tool: { price: 250, said: 'dear: true' } },
      },
      {
        query:
          'query ($yes: Boolean!, $no: Boolean!) { tool { ... @include(if: $no) { never } ... @skip(if: $no) { said isDear @include(if: $yes) } } }',
        variables: { yes: true, no: false },
        data: { tool: { said: 'dear: true', isDear: true } },
      },
      {
        query:
          '{ tool @skip(if: true) { never } also: tool { said @include(if: true) never @include(if: false) } }',
        data: { also: { said: 'dear: true' } },
      },
    ],
  },
]
