// Objects that lead back to `Query`, as payloads of Relay do: errors have the places of what stands there, and the schema answers.
import { GraphQLError, graphqlSync } from 'graphql'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type GraphFixture, startGraph } from '../graph-fixture.ts'

const schemaFields = '__schema { queryType { name } } __type(name: "Room") { kind }'
const schemaAnswer = {
  __schema: { queryType: { name: 'Query' } },
  __type: { kind: 'OBJECT' },
}

describe.each(['hive', 'apollo'] as const)('with the planner of %s', (planner) => {
  let graph: GraphFixture
  beforeAll(async () => {
    graph = await startGraph(
      {
        auth: { sdl: 'type Query { greeting: String @public }' },
        rooms: {
          sdl: /* GraphQL */ `
            type Query { rooms: [Room] @public grid: [[Room!]!] @public page: Page @public }
            type Mutation { open: Room @public }
            type Room @public { root: Query name: String }
            interface Page @public { root: Query! }
            type Room2 implements Page @public { root: Query! }
          `,
          resolvers: {
            Query: {
              rooms: () => [{ name: 'a' }, null, { name: 'b', root: {} }, { name: 'c', root: {} }],
              grid: () => [[{ root: {} }], [], [{ name: 'd' }, { root: {} }]],
              page: () => ({ __typename: 'Room2', root: {} }),
            },
            Mutation: { open: () => ({ root: {} }) },
          },
        },
        bells: {
          sdl: 'type Query { bell: String @public bells: [Bell!] @public } type Bell @public { sound: String! }',
          resolvers: {
            Query: {
              bell: () => {
                throw new GraphQLError('no', { extensions: { code: 'CONFLICT' } })
              },
              bells: () => [{ sound: 'ding' }, {}],
            },
          },
        },
      },
      { engine: { kind: 'compiled', planner, shadowPercent: 0 } },
    )
  })
  afterAll(() => graph?.[Symbol.asyncDispose]())

  test('an error of a subgraph has the index of each list above it', async () => {
    const query = '{ rooms { name root { bell } } grid { root { ring: bell } } }'
    const { data, errors } = await graph.ask(query)
    expect(data).toEqual({
      rooms: [
        { name: 'a', root: null },
        null,
        { name: 'b', root: { bell: null } },
        { name: 'c', root: { bell: null } },
      ],
      grid: [[{ root: { ring: null } }], [], [{ root: null }, { root: { ring: null } }]],
    })
    expect(errors?.map(({ path, extensions }) => [path, extensions?.code])).toEqual(
      expect.arrayContaining([
        [['rooms', 2, 'root', 'bell'], 'CONFLICT'],
        [['rooms', 3, 'root', 'bell'], 'CONFLICT'],
        [['grid', 0, 0, 'root', 'ring'], 'CONFLICT'],
        [['grid', 2, 1, 'root', 'ring'], 'CONFLICT'],
      ]),
    )
    expect(errors).toHaveLength(4)
  })

  test('also where it made a list null', async () => {
    const { data, errors } = await graph.ask('{ rooms { root { bells { sound } } } }')
    expect(data).toEqual({
      rooms: [{ root: null }, null, { root: { bells: null } }, { root: { bells: null } }],
    })
    expect(errors?.map(({ path }) => path)).toEqual([
      ['rooms', 2, 'root', 'bells', 1, 'sound'],
      ['rooms', 3, 'root', 'bells', 1, 'sound'],
    ])
  })

  test.each([
    [
      `{ rooms { root { ${schemaFields} } } }`,
      { rooms: [{ root: null }, null, { root: schemaAnswer }, { root: schemaAnswer }] },
    ],
    [
      `{ grid { root { ...f } } ...f } fragment f on Query { ${schemaFields} }`,
      {
        grid: [[{ root: schemaAnswer }], [], [{ root: null }, { root: schemaAnswer }]],
        ...schemaAnswer,
      },
    ],
    [
      `mutation { open { name root { page { root { x: __schema { queryType { name } } } } } } }`,
      { open: { name: null, root: { page: { root: { x: schemaAnswer.__schema } } } } },
    ],
    [
      `query ($name: String!, $on: Boolean = true) { page { ... on Room2 { root { __type(name: $name) { kind } __type(name: $name) @include(if: $on) { name } } } } }`,
      { page: { root: { __type: { kind: 'OBJECT', name: 'Room' } } } },
    ],
    [
      `{ page { root { nobody: __type(name: "Nobody") { name } __typename } } }`,
      { page: { root: { nobody: null, __typename: 'Query' } } },
    ],
  ])('the schema is told of: %s', async (query, data) => {
    expect(await graph.ask(query, { variables: { name: 'Room' } })).toEqual({ data })
    // What was compiled for one request holds for the next.
    expect(await graph.ask(query, { variables: { name: 'Room' } })).toEqual({ data })
  })

  test('as much as at the root', async () => {
    const fields =
      '__schema { types { name fields { name args { name } type { name } } } directives { name locations } }'
    const { data } = await graph.ask(`{ page { root { ${fields} } } }`)
    const expected = graphqlSync({ schema: graph.graph.schema, source: `{ ${fields} }` })
    expect(JSON.stringify(data?.page)).toBe(JSON.stringify({ root: expected.data }))
  })

  test('within the bound of an answer', async () => {
    const whole =
      '{ types { name fields { name type { ofType { name } } args { name type { name } } } } }'
    const names = Array.from({ length: 25 }, (_, index) => `a${index}: __schema ${whole}`)
    const { data, errors } = await graph.ask(`{ page { root { ${names.join(' ')} } } }`)
    const code = errors?.[0]?.extensions?.code
    expect([data, code]).toEqual([null, 'OPERATION_TOO_COMPLEX'])
  })
})
