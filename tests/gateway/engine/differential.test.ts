// The compiled engine against the stock one, over the plans of one planner: random operations over several supergraphs, the same data and the same errors.
// ENGINE_CASES sets how many for each graph and mood of the world, ENGINE_SEED which ones.
import { isDeepStrictEqual } from 'node:util'
import { buildSubgraphSchema } from '@apollo/subgraph'
import fc from 'fast-check'
import { type ExecutionResult, type FormattedExecutionResult, parse, validate } from 'graphql'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { INVALID_RESPONSE } from '../../../gateway/engine/faults.ts'
import { bodyOf } from '../../../gateway/engine/result.ts'
import {
  contextFor,
  type GraphFixture,
  header,
  type SubgraphFixture,
  startGraph,
} from '../graph-fixture.ts'
import { type TestGraph, testGraphs } from './graphs.ts'
import { hardOperations } from './hard-operations.ts'
import { drawOperation, type RandomOperation } from './operations.ts'
import { regressions } from './regressions.ts'
import { createResolvers, hash, type World } from './world.ts'

const CASES = Number(process.env.ENGINE_CASES ?? 60)
const SEED = Number(process.env.ENGINE_SEED ?? 20_261_121)
const limits = { aliases: 1000, selections: 100_000, depth: 100 }

/** How subgraphs behave, in percent of fields. */
const moods = {
  calm: { failing: 0, missing: 8, isMangled: false },
  failing: { failing: 6, missing: 12, isMangled: false },
  mangled: { failing: 2, missing: 8, isMangled: true },
} as const

type Mood = keyof typeof moods

describe.each(testGraphs)('the graph "$name"', (graph) => {
  let pair: EnginePair
  beforeAll(async () => {
    pair = await startPair(graph)
  })
  afterAll(() => pair.stop())

  test.each(Object.keys(moods) as Mood[])(
    'is answered alike by both engines while subgraphs are %s',
    async (mood) => {
      let compared = 0
      const property = fc.asyncProperty(fc.nat(), fc.gen(), async (seed, draw) => {
        const operation = drawOperation(pair.compiled.graph.schema, (max) =>
          draw(fc.nat, { max: max - 1 }),
        )
        if (!isValid(pair, operation)) return
        if (await compare(pair, { ...operation, seed, mood })) compared += 1
      })
      await fc.assert(property, { numRuns: CASES, seed: SEED })
      expect(compared).toBeGreaterThan(CASES / 2)
    },
    Math.max(60_000, CASES * 200),
  )

  test.each(hardOperations.filter((one) => one.graph === graph.name))(
    'is answered alike where it is hard: $query',
    async ({ query }) => {
      for (let seed = 0; seed < CASES / 6; seed += 1) {
        for (const mood of Object.keys(moods) as Mood[]) {
          await compare(pair, { query, variables: { no: false }, seed, mood })
        }
      }
    },
    Math.max(60_000, CASES * 200),
  )

  test.each(regressions.filter((one) => one.graph === graph.name))(
    'is answered alike where it once was not: $query',
    async (one) => expect(await compare(pair, one)).toBe(true),
  )
})

interface EnginePair {
  readonly stock: GraphFixture
  readonly compiled: GraphFixture
  /** Over the plans of another planner: the judge where the stock executor loses fields, as it does in narrow fragments. */
  readonly judge: GraphFixture
  readonly world: World & { isMangled: boolean }
  stop(): Promise<void>
}

async function startPair(graph: TestGraph): Promise<EnginePair> {
  const world = { seed: 0, failing: 0, missing: 0, isMangled: false }
  const mangle = (answer: ExecutionResult) =>
    world.isMangled ? mangled(answer, world.seed) : answer
  const subgraphs: Record<string, SubgraphFixture> = {
    auth: { sdl: 'type Query { greeting: String @public }' },
  }
  for (const [name, sdl] of Object.entries(graph.subgraphs)) {
    const schema = buildSubgraphSchema([{ typeDefs: parse(header + sdl) }])
    const resolvers = createResolvers(schema, world)
    subgraphs[name] = { sdl, resolvers, mangle, settings: { access: 'authenticated' } }
  }
  const stock = await startGraph(subgraphs, {
    limits,
    engine: { kind: 'stock', planner: 'apollo', shadowPercent: 0 },
  })
  const compiled = await startGraph(subgraphs, {
    limits,
    engine: { kind: 'compiled', planner: 'apollo', shadowPercent: 0 },
  })
  const judge = await startGraph(subgraphs, {
    limits,
    engine: { kind: 'compiled', planner: 'hive', shadowPercent: 0 },
  })
  return {
    stock,
    compiled,
    judge,
    world,
    async stop() {
      await stock[Symbol.asyncDispose]()
      await compiled[Symbol.asyncDispose]()
      await judge[Symbol.asyncDispose]()
    },
  }
}

function isValid({ compiled }: EnginePair, { query }: RandomOperation): boolean {
  return validate(compiled.graph.schema, parse(query)).length === 0
}

/** @returns false where nothing can be said of the answers */
async function compare(
  pair: EnginePair,
  one: RandomOperation & { seed: number; mood: Mood },
): Promise<boolean> {
  try {
    return await compareAnswers(pair, one)
  } catch (error) {
    throw new Error(`differs: ${JSON.stringify(one, null, 1)}`, { cause: error })
  }
}

async function compareAnswers(
  { stock, compiled, judge, world }: EnginePair,
  { seed, mood, ...operation }: RandomOperation & { seed: number; mood: Mood },
): Promise<boolean> {
  Object.assign(world, { seed, ...moods[mood] })
  const expected = await run(stock, operation)
  const actual = await run(compiled, operation)
  expect(compiled.graph.engine.counters.notCompiled).toEqual({})
  if (mood === 'failing' || mood === 'calm') expectNoFalseFault(actual.result)
  // Over broken data either may give up, or be refused, at its own place.
  if (mood === 'mangled' && !haveSameErrors(actual.result, expected.result)) return false
  if (mood === 'mangled' && hasFault(actual.result)) return false
  if (!isDeepStrictEqual(actual.result.data, expected.result.data)) {
    const judged = await run(judge, operation)
    expect(actual.result.data).toStrictEqual(judged.result.data)
    return true
  }
  expectSameErrors(actual.result, expected.result)
  // Where a subgraph refuses all that it was asked at once, the rest is asked again. Fields of a mutation wait for each other with ours alone.
  const isComparable = mood === 'calm' && !operation.query.startsWith('mutation')
  if (isComparable) expect(actual.fetches).toBeLessThanOrEqual(expected.fetches)
  return true
}

async function run({ graph }: GraphFixture, { query, variables }: RandomOperation) {
  const prepared = graph.operations.prepare(query, null)
  const context = contextFor()
  const checked = prepared.checkVariables(variables)
  const result = await graph.engine.execute(prepared, { variables: checked, context })
  return {
    result: JSON.parse(bodyOf(result)) as FormattedExecutionResult,
    fetches: context.fetches,
  }
}

/**
 * The same errors at the same places, in any order. Where some items of a list are not entities of a fetch, the stock
 * executor counts them all the same and names the wrong index; then the index has to lead to what is missing. It also tells
 * of what was asked for of other objects at the same place.
 */
function expectSameErrors(actual: FormattedExecutionResult, expected: FormattedExecutionResult) {
  if (haveSameErrors(actual, expected)) return
  const withoutIndices = (all: readonly string[]) =>
    all.map((text) => text.replace(/,\d+/g, ',#')).sort()
  const asked = {
    ...expected,
    errors: expected.errors?.filter(({ path = [] }) => !mayBeUnasked(expected.data, path)) ?? [],
  }
  const own = withoutIndices(errorTexts(actual))
  const all = withoutIndices(errorTexts(expected))
  expect(new Set(all)).toEqual(new Set([...all, ...own]))
  expect(new Set(own)).toEqual(new Set([...own, ...withoutIndices(errorTexts(asked))]))
  for (const { path = [] } of actual.errors ?? [])
    expect(leadsToMissing(actual.data, path)).toBe(true)
}

/** Whether some object at such a place, whichever its index, has not been asked for what failed. */
function mayBeUnasked(value: unknown, [element, ...rest]: readonly (string | number)[]): boolean {
  if (element === undefined || typeof value !== 'object' || value === null) return false
  if (Array.isArray(value)) return value.some((item) => mayBeUnasked(item, rest))
  if (!Object.hasOwn(value, element)) return true
  return mayBeUnasked((value as Record<string, unknown>)[element], rest)
}

function hasFault({ errors = [] }: FormattedExecutionResult): boolean {
  return errors.some(({ extensions }) => extensions?.code === INVALID_RESPONSE)
}

/** These subgraphs leave nothing out: only an entity that one of them does not know can be a fault. */
function expectNoFalseFault({ errors = [] }: FormattedExecutionResult): void {
  const faults = errors.filter(({ extensions }) => extensions?.code === INVALID_RESPONSE)
  for (const { message } of faults)
    expect(message).toMatch(/^(?:Null came where it may not be|No type came for the object of)/)
}

function haveSameErrors(one: FormattedExecutionResult, other: FormattedExecutionResult): boolean {
  return JSON.stringify(errorTexts(one)) === JSON.stringify(errorTexts(other))
}

/** Without what the compiled engine alone says: that a null is nobody's word (see `faults.test.ts`). */
function errorTexts({ errors = [] }: FormattedExecutionResult): string[] {
  return (
    errors
      .filter(({ extensions }) => extensions?.code !== INVALID_RESPONSE)
      .map(({ message, path, extensions }) => JSON.stringify([extensions?.code, message, path]))
      // The stock executor shows a name that its planner made up.
      .map((text) => text.replace(/__alias_\d+/g, ''))
      .sort()
  )
}

/** To null, or to an entity of which another subgraph knew something, and this one nothing. */
function leadsToMissing(data: unknown, path: readonly (string | number)[]): boolean {
  let value = data
  for (const key of path) {
    if (value === null || value === undefined) return true
    value = (value as Record<string | number, unknown>)[key]
  }
  return value === null || value === undefined || Object.values(value).includes(null)
}

/** Breaks some values of an answer; equal values alike, wherever they stand. */
function mangled({ data, errors }: ExecutionResult, seed: number): unknown {
  return { data: mangleValue(data), errors }

  function mangleValue(value: unknown, name = ''): unknown {
    const choice = hash(`${seed}${name}${JSON.stringify(value)}`)
    const isKept = name === '' || name === '_entities' || name === '__typename' || choice % 40 !== 0
    if (!isKept) return [null, 0, 'wrong', { wrong: true }, [], undefined][choice % 6]
    if (Array.isArray(value)) return value.map((item) => mangleValue(item))
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(
      Object.entries(value).map(([key, member]) => [key, mangleValue(member, key)]),
    )
  }
}
