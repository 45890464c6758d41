// A graph is loaded in slices: the work that is done in one turn of the event loop is counted, however large the graph is.
import { type DocumentNode, Kind, type TypeDefinitionNode } from 'graphql'
import { Parser } from 'graphql/language/parser.js'
import { afterEach, beforeAll, expect, test, vi } from 'vitest'
import { apiSchemaInPieces, apiSchemaOf } from '../../gateway/engine/api-schema.ts'
import { readFieldOwners } from '../../gateway/engine/field-owners.ts'
import { createMendFetches } from '../../gateway/engine/planners/mend-fetches.ts'
import { accessInPieces } from '../../gateway/supergraph/access.ts'
import { parseSupergraph } from '../../gateway/supergraph/parse-supergraph.ts'
import { atOnce, inSlices, PIECES_AT_ONCE, type Pieces } from '../../gateway/supergraph/slices.ts'
import { stripInPieces } from '../../gateway/supergraph/strip.ts'
import { createSupergraph } from '../../gateway/supergraph.ts'
import { composeFixture, configOf, graphParts } from './graph-fixture.ts'

const TYPES = 400

const subgraphs = {
  auth: { sdl: 'type Query { hello: String @public }' },
  shop: {
    sdl: 'type Query { shop: Shop @authenticated } type Shop { name: String @authenticated }',
  },
}
const config = configOf(subgraphs)
let sdl: string
let document: DocumentNode

beforeAll(() => {
  // As many types as a company has. Composing them would take longer than all else here.
  const types = Array.from(
    { length: TYPES },
    (_, index) =>
      `type Type${index} @join__type(graph: SHOP) { id: ID! next: Type${(index + 1) % TYPES} name(first: Int = 1): [String!] }`,
  )
  sdl = `${composeFixture(subgraphs)}\n${types.join('\n')}`
  document = atOnce(parseSupergraph(sdl))
})
afterEach(() => vi.restoreAllMocks())

test('no more pieces than so many are done in one turn of the event loop', async () => {
  const turns = countTurns()
  const doneIn = new Map<number, number>()
  function* work(): Pieces<string> {
    for (let piece = 0; piece < 100; piece += 1) {
      doneIn.set(turns.count, (doneIn.get(turns.count) ?? 0) + 1)
      yield
    }
    return 'done'
  }
  expect(await inSlices(work())).toBe('done')
  turns.stop()
  expect(Math.max(...doneIn.values())).toBeLessThanOrEqual(PIECES_AT_ONCE)
  expect([...doneIn.values()].reduce((sum, one) => sum + one, 0)).toBe(100)
})

test('what fails in a piece fails the whole', async () => {
  await expect(inSlices(parseSupergraph('type Query { a: String } type {'))).rejects.toThrow(
    /Syntax Error/,
  )
})

const stages: Readonly<Record<string, () => Pieces<unknown>>> = {
  'the text is parsed': () => parseSupergraph(sdl),
  'the rules are compiled': () => accessInPieces(document, { subgraphs: config.subgraphs }),
  'the text for the planner is written': () => stripInPieces(document),
  'what clients see is built': () => apiSchemaInPieces(document),
  'what the planner cannot know is read': () => createMendFetches(document),
  'owners of fields are read': () => readFieldOwners(document),
}

test.each(Object.keys(stages))('%s type by type', (name) => {
  const pieces = stages[name]?.() as Pieces<unknown>
  let count = 0
  while (!pieces.next().done) count += 1
  expect(count).toBeGreaterThanOrEqual(TYPES)
})

test('a supergraph means the same in pieces and in one', () => {
  const types = document.definitions.filter(
    (one): one is TypeDefinitionNode => one.kind === Kind.OBJECT_TYPE_DEFINITION,
  )
  const schema = apiSchemaOf(document)
  expect(types.length).toBe(TYPES + 2)
  for (const { name } of types) expect(schema.getType(name.value)).toBeDefined()
  expect(schema.getQueryType()?.name).toBe('Query')
  expect(schema.getDirectives().map(({ name }) => name)).toEqual(
    expect.arrayContaining(['skip', 'include', 'deprecated']),
  )
})

test('while a graph is loaded nobody waits for more than a slice of its parsing', async () => {
  const turns = countTurns()
  const parsedIn = new Map<number, number>()
  const parseDefinition = Parser.prototype.parseDefinition
  vi.spyOn(Parser.prototype, 'parseDefinition').mockImplementation(function (this: Parser) {
    parsedIn.set(turns.count, (parsedIn.get(turns.count) ?? 0) + 1)
    return parseDefinition.call(this)
  })
  const logged = () => undefined
  const supergraph = createSupergraph({
    logger: { debug: logged, info: logged, warn: logged, error: logged },
    ...graphParts(),
  })
  try {
    await supergraph.load({ sdl, config })
    turns.stop()
    const counts = [...parsedIn.values()]
    expect(counts.reduce((sum, one) => sum + one, 0)).toBeGreaterThan(TYPES)
    expect(Math.max(...counts)).toBeLessThanOrEqual(PIECES_AT_ONCE)
  } finally {
    await supergraph.stop()
  }
})

/** How often the event loop has turned so far. */
function countTurns() {
  const turns = { count: 0, stop: () => clearImmediate(next) }
  let next = setImmediate(turn)
  return turns

  function turn(): void {
    turns.count += 1
    next = setImmediate(turn)
  }
}
