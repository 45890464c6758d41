// @override: of a shared field, from nobody, of a required field, and of one that an interface declares.
import type { Kind } from './kind.ts'

const renamed =
  (prefix: string) =>
  ({ name }: { name: string }) =>
    `${prefix} ${name}`
const wrong = 'of whom it was taken from'

/** A field that is answered by the second alone, whichever of them begins. */
function overriding(type: string, from: string, atFirst: string): Kind {
  const root = `${type.toLowerCase()}s`
  return {
    audit: from === 'one' ? 'simple-override' : 'unavailable-override',
    subgraphs: {
      one: {
        sdl: /* GraphQL */ `
          type Query { ${root}: [${type}] @shareable ${root}OfOne: [${type}] }
          type ${type} @key(fields: "id") { id: ID! writtenAt: String! @shareable }
        `,
        roots: {
          [root]: [{ id: '1', writtenAt: atFirst }],
          [`${root}OfOne`]: [{ id: '1', writtenAt: atFirst }],
        },
        entities: { [type]: [{ id: '1', writtenAt: atFirst }] },
      },
      two: {
        sdl: /* GraphQL */ `
          type Query { ${root}: [${type}] @shareable ${root}OfTwo: [${type}] }
          type ${type} @key(fields: "id") { id: ID! writtenAt: String! @override(from: "${from}") @shareable }
        `,
        roots: {
          [root]: [{ id: '1', writtenAt: 'noon' }],
          [`${root}OfTwo`]: [{ id: '1', writtenAt: 'noon' }],
        },
        entities: { [type]: [{ id: '1', writtenAt: 'noon' }] },
      },
    },
    asks: [
      {
        query: `{ ${root} { id writtenAt } ${root}OfOne { writtenAt } ${root}OfTwo { writtenAt id } }`,
        data: {
          [root]: [{ id: '1', writtenAt: 'noon' }],
          [`${root}OfOne`]: [{ writtenAt: 'noon' }],
          [`${root}OfTwo`]: [{ writtenAt: 'noon', id: '1' }],
        },
      },
    ],
  }
}

export const overrides: readonly Kind[] = [
  overriding('Page', 'one', wrong),
  // It is taken from nobody: both may answer, and say the same.
  overriding('Slip', 'nobody', 'noon'),
  {
    audit: 'override-with-requires',
    subgraphs: {
      one: {
        sdl: /* GraphQL */ `
          type Query { playerOfOne: Player }
          type Player @key(fields: "id") { id: ID! name: String! @external called: String! @requires(fields: "name") }
        `,
        roots: { playerOfOne: { id: 'p1' } },
        entities: { Player: [{ id: 'p1', called: renamed('one') }] },
      },
      two: {
        sdl: /* GraphQL */ `
          type Query { playerOfTwo: Player }
          type Player @key(fields: "id") { id: ID! name: String! @override(from: "three") }
        `,
        roots: { playerOfTwo: { id: 'p1', name: 'Ada' } },
        entities: { Player: [{ id: 'p1', name: 'Ada' }] },
      },
      three: {
        sdl: /* GraphQL */ `
          type Query { playerOfThree: Player }
          type Player @key(fields: "id") { id: ID! name: String! @external heard: String! @requires(fields: "name") }
        `,
        roots: { playerOfThree: { id: 'p1' } },
        entities: { Player: [{ id: 'p1', heard: renamed('three') }] },
      },
    },
    asks: [
      {
        query:
          '{ playerOfOne { name called heard } playerOfTwo { heard called } playerOfThree { id name heard called } }',
        data: {
          playerOfOne: { name: 'Ada', called: 'one Ada', heard: 'three Ada' },
          playerOfTwo: { heard: 'three Ada', called: 'one Ada' },
          playerOfThree: { id: 'p1', name: 'Ada', heard: 'three Ada', called: 'one Ada' },
        },
      },
    ],
  },
  {
    audit: 'override-type-interface',
    subgraphs: {
      one: {
        sdl: /* GraphQL */ `
          type Query { gallery: [Print] }
          interface Print { id: ID! madeAt: String! }
          type Photo implements Print @key(fields: "id") { id: ID! madeAt: String! }
        `,
        roots: { gallery: [{ __typename: 'Photo', id: 'f1', madeAt: wrong }] },
        entities: { Photo: [{ id: 'f1', madeAt: wrong }] },
      },
      two: {
        sdl: /* GraphQL */ `
          type Query { otherGallery: [OtherPrint] }
          interface Print { id: ID! madeAt: String! }
          type Letter implements Print @key(fields: "id") { id: ID! madeAt: String! body: String! }
          interface OtherPrint { id: ID! madeAt: String! }
          type Photo implements OtherPrint @key(fields: "id") { id: ID! madeAt: String! @override(from: "one") }
        `,
        roots: { otherGallery: [{ __typename: 'Photo', id: 'f1', madeAt: 'noon' }] },
        entities: { Photo: [{ id: 'f1', madeAt: 'noon' }] },
      },
    },
    asks: [
      { query: '{ gallery { id madeAt } }', data: { gallery: [{ id: 'f1', madeAt: 'noon' }] } },
      {
        query:
          '{ gallery { ... on Photo { madeAt } ... on Letter { body } } otherGallery { id madeAt } }',
        data: { gallery: [{ madeAt: 'noon' }], otherGallery: [{ id: 'f1', madeAt: 'noon' }] },
      },
    ],
  },
]
