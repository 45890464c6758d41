// What a refused document or variable is told: in development names and places of the schema, in production the client's own words alone.
import { buildSchema, parse } from 'graphql'
import { describe, expect, test } from 'vitest'
import { errorBody, GatewayError } from '../../gateway/errors.ts'
import { readCostRules } from '../../gateway/operation/cost/rules.ts'
import { defaultOperationLimits } from '../../gateway/operation/limits.ts'
import { validateDocument } from '../../gateway/operation/validate.ts'
import { createVariablesCheck } from '../../gateway/operation/variables.ts'

const schema = buildSchema(`
  enum Sort { NEWEST OLDEST }
  input Filter { title: String! pages: Int inner: Filter sort: Sort }
  type Query {
    books(first: Int, filter: Filter, sort: Sort, ids: [ID!]): String
    book(id: ID!, flag: Boolean): String
  }`)

const SECRET = 'hunter2-hunter2'

function refusalOf(work: () => unknown) {
  try {
    work()
  } catch (error) {
    if (error instanceof GatewayError) return errorBody(error, 'r').errors[0]
    throw error
  }
  throw new Error('it was accepted')
}

function document(query: string, showSchemaDetails: boolean) {
  return refusalOf(() => validateDocument(schema, parse(query), { showSchemaDetails }))
}

function variable(type: string, value: unknown, showSchemaDetails: boolean) {
  const parsed = parse(`query A($v: ${type}) { books }`)
  const [operation] = parsed.definitions
  if (operation?.kind !== 'OperationDefinition') throw new Error('no operation')
  const limits = defaultOperationLimits
  const costRules = readCostRules(parsed)
  const options = { schema, operation, document: parsed, limits, costRules, showSchemaDetails }
  return refusalOf(() => createVariablesCheck(options)({ v: value }))
}

/** What production may not say: words of the schema that the client did not write, and every value. */
const HIDDEN = /Int|Filter|title|Sort|NEWEST|Boolean|String|Did you mean|hunter2/

describe('a literal', () => {
  test.each([
    [`{ books(first: "${SECRET}") }`, /Int cannot represent.*argument "first" of Query\.books/],
    [`{ books(filter: "${SECRET}") }`, /type "Filter".*argument "filter" of Query\.books/],
    [`{ books(sort: NEWESTT) }`, /"Sort" enum.*argument "sort" of Query\.books/],
    [`{ books(sort: "${SECRET}") }`, /"Sort".*argument "sort"/],
    [`{ books(filter: {}) }`, /"Filter\.title" of required type "String!".*argument "filter"/],
    [`{ books(filter: { title: "a", page: 1 }) }`, /"page" is not defined by type "Filter"/],
    [`{ books(filter: { title: "a", inner: { title: 7 } }) }`, /String cannot represent/],
    [`{ books(ids: [null]) }`, /"ID!".*argument "ids"/],
    [
      `{ book(id: "1", flag: "${SECRET}") }`,
      /Boolean cannot represent.*argument "flag" of Query\.book/,
    ],
  ])('%s', (query, shown) => {
    const development = document(query, true)
    expect(development.message).toMatch(shown)
    expect(development.message).not.toMatch(/Did you mean|hunter2/)
    expect(development.locations).toEqual([{ line: 1, column: expect.any(Number) }])
    const production = document(query, false)
    expect(production.message).toMatch(/^A literal does not fit the type of its place \(line 1/)
    expect(production.message).not.toMatch(HIDDEN)
    expect(production).not.toHaveProperty('locations')
  })
})

describe('a document', () => {
  test.each([
    ['{ book }', /argument "id" of type "ID!" is required/],
    ['{ boks }', /Cannot query field "boks" on type "Query"/],
    ['{ books(frst: 1) }', /Unknown argument "frst" on field "Query.books"/],
    ['query A($v: Filtr) { books(filter: $v) }', /Unknown type "Filtr"/],
    [
      'query A($v: String) { books(first: $v) }',
      /"\$v" of type "String" used in position expecting type "Int"/,
    ],
  ])('%s', (query, shown) => {
    const development = document(query, true)
    expect(development.message).toMatch(shown)
    expect(development.message).not.toContain('Did you mean')
    expect(development.locations).toHaveLength(1)
    const production = document(query, false)
    expect(production.message).not.toMatch(/Did you mean|"Query|ID!|expecting/)
    expect(production).not.toHaveProperty('locations')
  })
})

describe('a variable', () => {
  test.each([
    [
      'Filter',
      {},
      /\$v" does not fit its type: Field "title" of required type "String!" was not provided/,
    ],
    ['Filter', { title: 'a', inner: {} }, /at inner: Field "title" of required/],
    ['Filter', { title: 'a', page: 1 }, /Field "page" is not defined by type "Filter"/],
    ['Filter', { title: 'a', pages: SECRET }, /at pages: Int cannot represent non-integer value/],
    ['Filter', { title: 'a', sort: SECRET }, /at sort: The value does not exist in "Sort" enum/],
    ['[ID!]', [null], /at \[0\]: Expected non-nullable type "ID!" not to be null/],
    ['Int', SECRET, /Int cannot represent/],
  ])('%s %j', (type, value, shown) => {
    const development = variable(type, value, true)
    expect(development.message).toMatch(shown)
    expect(development.message).not.toMatch(/Did you mean|hunter2/)
    expect(development.locations).toEqual([{ line: 1, column: 9 }])
    const production = variable(type, value, false)
    expect(production.message).toMatch(/^Variable "\$v" does not fit its type/)
    expect(production.message).not.toMatch(HIDDEN)
    expect(production).not.toHaveProperty('locations')
  })
})
