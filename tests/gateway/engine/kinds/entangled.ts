// Graphs in which one object is reached in several ways, and fields need others in turn: what planners order, merge and ask for wrong.
import type { EngineSettings } from '../../../../gateway/engine.ts'
import type { Ask, Kind } from './kind.ts'

export interface EntangledAsk extends Ask {
  /** With these planners it is refused before any fetch. */
  readonly isRefused?: readonly EngineSettings['planner'][]
}

export interface Entangled extends Pick<Kind, 'subgraphs'> {
  readonly name: string
  readonly asks: readonly EntangledAsk[]
}

type Sent = Readonly<Record<string, never>>
const fails = () => {
  throw new Error('no')
}
const upper = (name: string) => (one: Sent) => (one[name] as unknown as string).toUpperCase()
const both: readonly EngineSettings['planner'][] = ['hive', 'apollo']

const held = { __typename: 'Held', id: 'e1' }
const ada = { id: 'u1', name: 'ada', nick: 'a' }
const bob = { id: 'u2', name: 'bob', nick: 'b' }
const vehicles = [
  { __typename: 'Car', id: 'v1', vin: 'x1', wheels: 4 },
  { __typename: 'Bike', id: 'v2', vin: 'x2', wheels: 2 },
  { __typename: 'Truck', id: 'v3', vin: 'x3', wheels: 6 },
]
const box = { id: 'b1', slot: 4, weight: 7 }
const places = [
  { __typename: 'Garden', id: 'g1', name: 'Eden' },
  { __typename: 'Shop', id: 's1', name: 'Corner' },
]
const song = { __typename: 'Song', code: 's1' }
const titled = { ...song, title: (_: Sent, { lang }: { lang: string }) => `in ${lang}` }

export const entangled: readonly Entangled[] = [
  {
    name: 'one entity twice, of which one place asks for more',
    subgraphs: {
      one: {
        sdl: /* GraphQL */ `
          type Query { holders: [Holder] }
          interface Holder { held: Held }
          type First implements Holder { held: Held }
          type Second implements Holder { held: Held }
          type Held @key(fields: "id") { id: ID! }
        `,
        roots: {
          holders: [
            { __typename: 'Second', held },
            { __typename: 'First', held },
          ],
        },
      },
      two: {
        sdl: 'type Held @key(fields: "id") { id: ID! may: String must: String! }',
        entities: { Held: [{ id: 'e1', may: 'B', must: 'M' }] },
      },
    },
    asks: [
      {
        query: '{ holders { held { may } ... on First { held { must } } } }',
        data: { holders: [{ held: { may: 'B' } }, { held: { may: 'B', must: 'M' } }] },
      },
      {
        query: '{ holders { held { must } ... on First { held { may } } } }',
        data: { holders: [{ held: { must: 'M' } }, { held: { must: 'M', may: 'B' } }] },
      },
    ],
  },
  {
    name: 'a required field that requires another, from a root of its own',
    subgraphs: {
      one: {
        sdl: /* GraphQL */ `
          type Query { users: [User] }
          type User @key(fields: "id") { id: ID! name: String nick: String }
        `,
        roots: { users: [ada] },
        entities: { User: [ada, bob] },
      },
      two: {
        sdl: /* GraphQL */ `
          type Query { mine: User }
          type User @key(fields: "id") {
            id: ID! name: String @external nick: String @external
            up: String @requires(fields: "name") nup: String @requires(fields: "nick") self: User
          }
        `,
        roots: { mine: { id: 'u1' } },
        entities: {
          User: [{ id: 'u1', up: upper('name'), nup: upper('nick'), self: { id: 'u1' } }],
        },
      },
      three: {
        sdl: 'type User @key(fields: "id") { id: ID! up: String @external upup: String @requires(fields: "up") }',
        entities: { User: [{ id: 'u1', upup: (one: Sent) => `${upper('up')(one)}!` }] },
      },
    },
    asks: [
      { query: '{ mine { upup } }', data: { mine: { upup: 'ADA!' } }, isRefused: ['apollo'] },
      { query: '{ users { upup } }', data: { users: [{ upup: 'ADA!' }] } },
      {
        query: '{ users { self { nup upup } } }',
        data: { users: [{ self: { nup: 'A', upup: 'ADA!' } }] },
        isRefused: both,
      },
    ],
  },
  {
    name: 'a required field that requires another, asked for on the way to a key',
    subgraphs: {
      one: {
        sdl: /* GraphQL */ `
          type Query { box: Box }
          type Box @key(fields: "id") { id: ID! weight: Int }
        `,
        roots: { box },
        entities: { Box: [box] },
      },
      two: {
        sdl: /* GraphQL */ `
          type Box @key(fields: "id") @key(fields: "slot") {
            id: ID! slot: Int! weight: Int @external stamp: String @requires(fields: "weight")
          }
        `,
        entities: { Box: [{ id: 'b1', slot: 4, stamp: (one: Sent) => `stamp(${one.weight})` }] },
      },
      three: {
        sdl: 'type Box @key(fields: "slot") { slot: Int! stamp: String @external fill: String @requires(fields: "stamp") }',
        entities: { Box: [{ slot: 4, fill: (one: Sent) => `fill(${one.stamp})` }] },
      },
    },
    asks: [
      {
        query: '{ box { stamp fill } }',
        data: { box: { stamp: 'stamp(7)', fill: 'fill(stamp(7))' } },
      },
      { query: '{ box { fill } }', data: { box: { fill: 'fill(stamp(7))' } } },
    ],
  },
  {
    name: 'one field required with other arguments, of an interface that is an object',
    subgraphs: {
      one: {
        sdl: /* GraphQL */ `
          type Query { media: [Media] }
          interface Media @key(fields: "code") { code: ID! title(lang: String): String }
          type Song implements Media @key(fields: "code") { code: ID! title(lang: String): String }
        `,
        roots: { media: [song] },
        entities: { Song: [titled], Media: [titled] },
      },
      two: {
        sdl: /* GraphQL */ `
          type Media @key(fields: "code") @interfaceObject {
            code: ID! title(lang: String): String @external
            banner: String @requires(fields: "title(lang: \\"de\\")") flag: String @requires(fields: "title(lang: \\"fr\\")")
          }
        `,
        entities: {
          Media: [
            {
              code: 's1',
              banner: ({ title }: Sent) => `banner ${title}`,
              flag: ({ title }: Sent) => `flag ${title}`,
            },
          ],
        },
      },
    },
    asks: [
      {
        query: '{ media { ... on Song { banner } } }',
        data: { media: [{ banner: 'banner in de' }] },
      },
      {
        query: '{ media { ... on Song { banner flag } } }',
        data: { media: [{ banner: 'banner in de', flag: 'flag in fr' }] },
        isRefused: both,
      },
    ],
  },
  {
    name: 'a query type of another name, below a field',
    subgraphs: {
      one: {
        sdl: /* GraphQL */ `
          schema { query: RootQuery }
          type RootQuery { me: User }
          type User @key(fields: "id") { id: ID! name: String }
        `,
        roots: { me: ada },
        entities: { User: [ada] },
      },
      two: {
        sdl: /* GraphQL */ `
          type Query { user(id: ID = "u1"): User }
          type User @key(fields: "id") { id: ID! score: Int root: Query }
        `,
        roots: { user: { id: 'u1' } },
        entities: { User: [{ id: 'u1', score: 3, root: {} }] },
      },
    },
    asks: [
      {
        query: '{ user { root { me { name } } } }',
        data: { user: { root: { me: { name: 'ada' } } } },
      },
      {
        query: '{ me { score root { me { name } } } }',
        data: { me: { score: 3, root: { me: { name: 'ada' } } } },
      },
    ],
  },
  {
    name: 'objects of which some are sent with more, by an interface that is an object',
    subgraphs: {
      one: {
        sdl: /* GraphQL */ `
          type Query { vehicles: [Vehicle] }
          interface Vehicle @key(fields: "id") @key(fields: "vin") { id: ID! vin: String! wheels: Int! }
          type Car implements Vehicle @key(fields: "id") @key(fields: "vin") { id: ID! vin: String! wheels: Int! }
          type Bike implements Vehicle @key(fields: "id") @key(fields: "vin") { id: ID! vin: String! wheels: Int! }
          type Truck implements Vehicle @key(fields: "id") @key(fields: "vin") { id: ID! vin: String! wheels: Int! }
        `,
        roots: { vehicles },
        entities: {
          Vehicle: vehicles,
          Car: vehicles.slice(0, 1),
          Bike: vehicles.slice(1, 2),
          Truck: vehicles.slice(2),
        },
      },
      two: {
        sdl: 'type Vehicle @key(fields: "vin") @interfaceObject { vin: String! price: Int }',
      },
      three: {
        sdl: /* GraphQL */ `
          type Vehicle @key(fields: "id") @interfaceObject {
            id: ID! wheels: Int! @external toll: Int @requires(fields: "wheels") tags: [String]
          }
        `,
        entities: {
          Vehicle: vehicles.map(({ id }) => ({
            id,
            toll: ({ wheels }: Sent) => (wheels as unknown as number) * 10,
            tags: [id],
          })),
        },
      },
    },
    asks: [
      {
        query: '{ vehicles { tags ... on Car { toll } ... on Bike { toll } } }',
        data: {
          vehicles: [{ tags: ['v1'], toll: 40 }, { tags: ['v2'], toll: 20 }, { tags: ['v3'] }],
        },
      },
    ],
  },
  {
    name: 'objects of one type, of which different fields are asked for',
    subgraphs: {
      one: {
        sdl: /* GraphQL */ `
          type Query { pets: [Pet] }
          union Pet = Cat | Dog
          type Cat { owner: User }
          type Dog { owner: User }
          type User @key(fields: "id") { id: ID! }
        `,
        roots: {
          pets: [
            { __typename: 'Cat', owner: { id: 'u1' } },
            { __typename: 'Dog', owner: { id: 'u2' } },
          ],
        },
      },
      two: {
        sdl: 'type User @key(fields: "id") { id: ID! phone: String must: String! sku: String }',
        entities: {
          User: [
            { id: 'u1', phone: '1', must: 'M', sku: 's1' },
            { id: 'u2', phone: fails, must: fails, sku: 's2' },
          ],
        },
      },
    },
    asks: [
      {
        query: '{ pets { ... on Cat { owner { phone } } ... on Dog { owner { sku } } } }',
        data: { pets: [{ owner: { phone: '1' } }, { owner: { sku: 's2' } }] },
      },
      {
        query: '{ pets { ... on Cat { owner { phone } } ... on Dog { owner { phone } } } }',
        data: { pets: [{ owner: { phone: '1' } }, { owner: { phone: null } }] },
        isFaulty: true,
      },
      // The subgraph was asked for both of each, and one error took the other with it: said, where it stands.
      {
        query: '{ pets { ... on Cat { owner { must } } ... on Dog { owner { sku } } } }',
        data: { pets: [{ owner: { must: 'M' } }, { owner: { sku: null } }] },
        isFaulty: true,
      },
    ],
  },
  {
    name: 'objects of which some require more than others, by an interface that is an object',
    subgraphs: {
      one: {
        sdl: /* GraphQL */ `
          type Query { places: [Place] }
          interface Place @key(fields: "id") { id: ID! name: String }
          type Garden implements Place @key(fields: "id") { id: ID! name: String }
          type Shop implements Place @key(fields: "id") { id: ID! name: String }
        `,
        roots: { places },
        entities: { Place: places, Garden: places.slice(0, 1), Shop: places.slice(1) },
      },
      two: {
        sdl: 'type Place @key(fields: "id") @interfaceObject { id: ID! score(scale: Int = 5): Int }',
        entities: {
          Place: places.map(({ id }) => ({
            id,
            score: (_: Sent, { scale }: { scale: number }) => scale,
          })),
        },
      },
      three: {
        sdl: /* GraphQL */ `
          type Place @key(fields: "id") @interfaceObject {
            id: ID! name: String @external score(scale: Int = 5): Int @external
            hype: String @requires(fields: "score(scale: 10)") motto: String @requires(fields: "name score(scale: 10)")
          }
        `,
        entities: {
          Place: places.map(({ id }) => ({
            id,
            hype: ({ score }: Sent) => `hype ${score}`,
            motto: ({ name, score }: Sent) => `motto ${name} ${score}`,
          })),
        },
      },
    },
    asks: [
      {
        query: '{ places { ... on Garden { motto } ... on Shop { hype } } }',
        data: { places: [{ motto: 'motto Eden 10' }, { hype: 'hype 10' }] },
      },
      {
        query: '{ places { ... on Garden { motto } ... on Shop { hype score } } }',
        data: { places: [{ motto: 'motto Eden 10' }, { hype: 'hype 10', score: 5 }] },
      },
    ],
  },
]
