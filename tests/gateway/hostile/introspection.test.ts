// `__schema` and `__type` answer what graphql-js answers, and never more of it than the query that tools send.
import { execute, getIntrospectionQuery, parse } from 'graphql'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { bodyOf } from '../../../gateway/engine/result.ts'
import { contextFor, type GraphFixture, startGraph } from '../graph-fixture.ts'

let graph: GraphFixture
beforeAll(async () => {
  graph = await startGraph({
    auth: {
      sdl: /* GraphQL */ `
        "What is asked."
        type Query { book(id: ID! = "1", by: By): Book @public any: Any @public node: Node @public old: Int @public @deprecated(reason: "It is.") }
        input By { title: String = "Emma" tags: [String!]! = ["a"] never: Int @deprecated }
        interface Node @public { id: ID! }
        type Book implements Node @public { id: ID! kind: Kind pages(first: Int = 3): [[Int!]!]! }
        type Film @public { id: ID }
        union Any = Book | Film
        enum Kind { NOVEL POEM @deprecated(reason: "Nobody reads them.") }
        scalar Isbn @specifiedBy(url: "https://www.isbn.org")
        type Shelf @public { isbn: Isbn }
      `,
    },
  })
})
afterAll(() => graph?.[Symbol.asyncDispose]())

async function ask(query: string, variables: Record<string, unknown> = {}) {
  const prepared = graph.prepare(query)
  const options = { variables: prepared.checkVariables(variables), context: contextFor() }
  return JSON.parse(bodyOf(await graph.graph.engine.execute(prepared, options)))
}

test.each<[string, Record<string, unknown>?]>([
  [
    getIntrospectionQuery({
      inputValueDeprecation: true,
      schemaDescription: true,
      specifiedByUrl: true,
      directiveIsRepeatable: true,
      oneOf: true,
    }),
  ],
  ['{ __schema { __typename queryType { name } mutationType { name } a: types { name } } }'],
  [
    '{ __type(name: "Book") { fields { name type { kind ofType { kind ofType { name kind } } } } } }',
  ],
  ['query ($n: String!) { __type(name: $n) { name enumValues { name } } }', { n: 'Kind' }],
  ['query ($n: String!) { __type(name: $n) { name } }', { n: 'Nobody' }],
  [
    'query ($d: Boolean!) { __type(name: "Kind") { enumValues(includeDeprecated: $d) { name deprecationReason } } }',
    { d: true },
  ],
  [
    'query ($d: Boolean = true) { __type(name: "Query") { fields(includeDeprecated: $d) { name isDeprecated } } }',
  ],
  [
    'query ($on: Boolean!) { __schema { types @include(if: $on) { name } queryType { ...F @skip(if: $on) name } } } fragment F on __Type { kind }',
    { on: false },
  ],
  [
    '{ a: __type(name: "Any") { possibleTypes { name interfaces { name } } } b: __type(name: "Node") { possibleTypes { name } } }',
  ],
  ['{ __type(name: "By") { inputFields { name defaultValue } } __typename }'],
])('%s', async (query, variables = {}) => {
  const expected = execute({
    schema: graph.graph.schema,
    document: parse(query),
    rootValue: {},
    variableValues: variables,
  })
  expect(await ask(query, variables)).toEqual(JSON.parse(JSON.stringify(expected)))
})

test("an alias that a planner might take for its own name is the client's in the answer", async () => {
  const { data } = await ask('{ __schema { queryType { __alias_1: name } } }')
  expect(data).toEqual({ __schema: { queryType: { __alias_1: 'Query' } } })
})

test('the query of tools is answered; the schema twenty times over is too much', async () => {
  const fields =
    'types { name kind fields(includeDeprecated: true) { name args { name type { name kind } } type { name kind ofType { name kind ofType { name } } } } }'
  expect(await ask(`{ __schema { ${fields} } }`)).not.toHaveProperty('errors')
  const many = Array.from({ length: 25 }, (_, index) => `a${index}: __schema { ${fields} }`)
  const { data, errors } = await ask(`{ ${many.join(' ')} }`)
  expect(data).toBeNull()
  expect(errors).toMatchObject([
    {
      message: expect.stringMatching(/too many fields of the schema: \d+, and \d+ at most/),
      extensions: { code: 'OPERATION_TOO_COMPLEX', limit: 'introspection' },
    },
  ])
})

test('it is written in turns: others are served at least once for every two thousand of its fields', async () => {
  const prepared = graph.prepare(
    getIntrospectionQuery({ schemaDescription: true, inputValueDeprecation: true }),
  )
  const options = { variables: {}, context: contextFor() }
  // Planned and compiled before it is measured.
  await graph.graph.engine.execute(prepared, options)
  let turns = 0
  let isWritten = false
  const serve = () => {
    turns += 1
    if (!isWritten) setImmediate(serve)
  }
  setImmediate(serve)
  const text = bodyOf(await graph.graph.engine.execute(prepared, options))
  isWritten = true
  const fields = text.match(/":/g)?.length ?? 0
  expect(fields).toBeGreaterThan(1000)
  expect(turns).toBeGreaterThanOrEqual(Math.floor(fields / 2000))
})
