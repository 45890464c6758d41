// Documents that are dear by design: whatever they are, the work on them is bounded by their length, and counted here as look-ups
// in the schema, which every step makes: validation, rules, cost, names for the planner, and the shape of the answer.
import { isAbstractType, isInterfaceType, isObjectType, Lexer, Source, TokenKind } from 'graphql'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { GatewayError } from '../../../gateway/errors.ts'
import { type GraphFixture, startGraph } from '../graph-fixture.ts'
import { families, hostileDocument, hostileGraph } from './families.ts'

let graph: GraphFixture
let lookups = 0

beforeAll(async () => {
  graph = await startGraph({
    auth: { sdl: 'type Query { hello: String @public }' },
    main: { sdl: hostileGraph.main, settings: { access: 'authenticated' } },
    second: { sdl: hostileGraph.second, settings: { access: 'authenticated' } },
  })
  countLookups()
})
afterAll(() => graph?.[Symbol.asyncDispose]())

/** Every question to the schema that a document leads to; of those that answer with a list, one for each item. */
function countLookups(): void {
  const { schema } = graph.graph
  const { getType, getPossibleTypes, isSubType } = schema
  schema.getType = (name) => {
    lookups += 1
    return getType.call(schema, name)
  }
  schema.isSubType = (one, other) => {
    lookups += 1
    return isSubType.call(schema, one, other)
  }
  schema.getPossibleTypes = (type) => {
    const types = getPossibleTypes.call(schema, type)
    lookups += types.length
    return types
  }
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) && !isInterfaceType(type)) continue
    const { getFields } = type
    type.getFields = () => {
      lookups += 1
      return getFields.call(type)
    }
  }
}

function tokensOf(query: string): number {
  const lexer = new Lexer(new Source(query))
  let tokens = 0
  while (lexer.advance().kind !== TokenKind.EOF) tokens += 1
  return tokens
}

/** What the loop does before a plan: null, or the limit that refused it. */
function prepare({ query, variables = {} }: ReturnType<typeof hostileDocument>): string | null {
  try {
    graph.prepare(query).checkVariables(variables)
    return null
  } catch (error) {
    if (error instanceof GatewayError) return String(error.extensions.limit ?? error.code)
    throw error
  }
}

/** A field is looked up by some ten steps; an interface's types a few times each for a document. */
const PER_TOKEN = 12
const PER_DOCUMENT = 2000

describe.each([10_000, 60_000])('of %i bytes', (bytes) => {
  test.each(Object.keys(families))(
    '%s: no more look-ups in the schema than its tokens allow',
    (family) => {
      const document = hostileDocument(family, bytes, bytes)
      lookups = 0
      const refusal = prepare(document)
      const tokens = Math.min(tokensOf(document.query), 5000)
      expect(lookups, String(refusal)).toBeLessThan(PER_DOCUMENT + PER_TOKEN * tokens)
    },
  )
})

describe('what is quadratic is refused before it is done', () => {
  test.each([
    [
      'fields of one place, each with each (6 KB)',
      `{ wide { ${`inner { ${'field0 '.repeat(40)} } `.repeat(20)} } }`,
      'comparisons',
    ],
    [
      'the same through fragments',
      `{ wide { ...A ...B } } ${['A', 'B'].map((name) => `fragment ${name} on Wide { ${`inner { ${'field0 '.repeat(40)} } `.repeat(10)} }`).join(' ')}`,
      'comparisons',
    ],
    [
      'fifty operations that share one large fragment',
      `${Array.from({ length: 50 }, (_, index) => `query Q${index} { wide { ...A } }`).join(' ')} fragment A on Wide { ${Array.from({ length: 800 }, (_, index) => `field${index}`).join(' ')} }`,
      'comparisons',
    ],
    [
      'a hundred fragments beside each other',
      `{ wide { ${Array.from({ length: 100 }, (_, index) => `...F${index}`).join(' ')} } } ${Array.from({ length: 100 }, (_, index) => `fragment F${index} on Wide { field${index} }`).join(' ')}`,
      'fragmentComparisons',
    ],
    [
      'a hundred fragments inside each other',
      `{ wide { ...F0 } } ${Array.from({ length: 100 }, (_, index) => `fragment F${index} on Wide { field${index} ...F${index + 1} }`).join(' ')} fragment F100 on Wide { field0 }`,
      'fragmentComparisons',
    ],
  ])('%s', (_, query, limit) => {
    expect(prepare({ query })).toBe(limit)
  })

  test('forty fragments beside each other, as clients of fragments send them, are not', () => {
    const names = Array.from({ length: 40 }, (_, index) => `F${index}`)
    const query = `{ wide { ${names.map((name) => `...${name}`).join(' ')} } } ${names.map((name, index) => `fragment ${name} on Wide { field${index} }`).join(' ')}`
    expect(prepare({ query })).toBeNull()
  })
})

test('the graph has what the families need: an interface and a union of many types', () => {
  const { schema } = graph.graph
  for (const name of ['Thing', 'Any']) {
    const type = schema.getType(name)
    expect(isAbstractType(type) && schema.getPossibleTypes(type).length).toBeGreaterThan(50)
  }
})
