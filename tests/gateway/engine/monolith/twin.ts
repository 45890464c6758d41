// One drawn model as two graphs: the monolith under graphql-js, and its subgraphs under our engine. Both are asked alike.
import { isDeepStrictEqual } from 'node:util'
import { composeServices } from '@apollo/composition'
import { buildSubgraphSchema } from '@apollo/subgraph'
import {
  buildSchema,
  execute,
  type FormattedExecutionResult,
  type GraphQLSchema,
  lexicographicSortSchema,
  parse,
  printSchema,
  validate,
} from 'graphql'
import type { PlannerKind } from '../../../../gateway/engine/planners/planner.ts'
import { bodyOf } from '../../../../gateway/engine/result.ts'
import { createEngine } from '../../../../gateway/engine.ts'
import type { PreparedOperation } from '../../../../gateway/operation/prepared-operation.ts'
import type { DataSource, SubgraphAnswer } from '../../../../gateway/subgraph/data-source.ts'
import { stripAuthDirectives } from '../../../../gateway/supergraph/strip.ts'
import { contextFor } from '../../graph-fixture.ts'
import type { RandomOperation } from '../operations.ts'
import { prepare } from '../prepare.ts'
import { type DrawModelOptions, drawModel } from './draw-model.ts'
import type { Subgraph } from './model.ts'
import { printMonolith, printSubgraph } from './print-model.ts'
import { createWorld, isAway, type Mood, type World } from './world.ts'

export interface Twin extends AsyncDisposable {
  /** What clients see. */
  readonly schema: GraphQLSchema
  readonly sdl: string
  readonly supergraphSdl: string
  /** What the monolith's fields answer. */
  readonly resolve: ReturnType<World['resolver']>
  ask(operation: RandomOperation, mood: Mood): Promise<Asked>
  /** Our engine alone. */
  run(
    prepared: PreparedOperation,
    variables: Record<string, unknown>,
    mood: Mood,
  ): Promise<Omit<Asked, 'expected'>>
}

export interface Asked {
  readonly expected: FormattedExecutionResult
  readonly actual: FormattedExecutionResult
  /** Requests that subgraphs received. */
  readonly fetches: readonly string[]
}

/** Null when what was drawn does not compose. */
export async function createTwin(
  seed: number,
  planner: PlannerKind,
  options: DrawModelOptions = {},
): Promise<Twin | null> {
  const model = drawModel(seed, options)
  const world = createWorld(model)
  const sdls = model.subgraphs.map((one) => ({ name: one.name, text: printSubgraph(model, one) }))
  const composed = composeServices(
    sdls.map(({ name, text }) => ({ name, typeDefs: parse(text), url: `http://${name}` })),
  )
  if (composed.supergraphSdl === undefined) return null
  const supergraphSdl = stripAuthDirectives(parse(composed.supergraphSdl))
  const monolith = buildSchema(printMonolith(model))
  let mood: Mood = { seed: 0, failing: 0, missing: 0, away: 0 }
  const sources = new Map(model.subgraphs.map((one) => [one.name, sourceOf(one)]))
  const fetches: string[] = []
  const { engine, schema } = await createEngine(
    {
      supergraphSdl,
      dataSource: (subgraph) => sources.get(subgraph.toLowerCase()) as DataSource,
      logger: { debug() {}, info() {}, warn() {}, error() {} },
    },
    { kind: 'compiled', planner, shadowPercent: 0 },
  )
  expectSameSchema(schema, monolith)

  return {
    schema,
    supergraphSdl,
    resolve: world.resolver(null),
    sdl: sdls.map(({ name, text }) => `# ${name}\n${text}`).join('\n\n'),
    async ask(operation, now) {
      mood = now
      const document = parse(operation.query)
      const result = await execute({
        schema: monolith,
        document,
        variableValues: operation.variables,
        contextValue: mood,
        fieldResolver: world.resolver(null),
        typeResolver: ({ __typename }: { __typename: string }) => __typename,
      })
      const expected = JSON.parse(JSON.stringify(result))
      return { expected, ...(await run(prepare(operation.query), operation.variables, now)) }
    },
    run,
    [Symbol.asyncDispose]: () => engine.stop(),
  }

  async function run(
    prepared: PreparedOperation,
    variables: Record<string, unknown>,
    now: Mood,
  ): Promise<Omit<Asked, 'expected'>> {
    mood = now
    fetches.length = 0
    const options = { variables, context: contextFor() }
    const actual = JSON.parse(bodyOf(await engine.execute(prepared, options)))
    return { actual, fetches: [...fetches] }
  }

  function sourceOf(subgraph: Subgraph): DataSource {
    const typeDefs = parse(printSubgraph(model, subgraph))
    const schema = buildSubgraphSchema([{ typeDefs, resolvers: world.references(subgraph) }])
    const fieldResolver = world.resolver(subgraph)
    return {
      async send(body) {
        const { query, variables } = JSON.parse(body)
        if (isAway(mood, body)) return UNANSWERED
        const document = parse(query)
        const invalid = validate(schema, document)
        const result =
          invalid.length > 0
            ? { errors: invalid }
            : await execute({
                schema,
                document,
                variableValues: variables,
                contextValue: mood,
                fieldResolver,
                typeResolver: ({ __typename }: { __typename: string }) => __typename,
              })
        const answer = JSON.parse(JSON.stringify({ data: null, ...result }))
        fetches.push(`${subgraph.name} ${body} ${JSON.stringify(answer)}`)
        return answer
      },
    }
  }
}

const UNANSWERED: SubgraphAnswer = {
  data: null,
  errors: [{ message: 'away', extensions: { code: 'SUBGRAPH_UNAVAILABLE' } }],
  isUnanswered: true,
}

/** Data, and the places at which an error made something null. */
export function isAlike({ actual, expected }: Asked): boolean {
  return (
    isDeepStrictEqual(actual.data, expected.data) &&
    isDeepStrictEqual(nullPlaces(actual), nullPlaces(expected))
  )
}

/** No planner could plan it, and no subgraph was asked. */
export function isRefused({ actual, fetches }: Asked): boolean {
  return fetches.length === 0 && actual.data === null && (actual.errors ?? []).length === 1
}

/** Where errors lead to: what is below a null may be told or not. */
export function nullPlaces({ data, errors = [] }: FormattedExecutionResult): readonly string[] {
  const places = errors.map(({ path = [] }) => {
    let value: unknown = data
    const place: (string | number)[] = []
    for (const key of path) {
      if (value === null || value === undefined) break
      value = (value as Record<string | number, unknown>)[key]
      place.push(key)
    }
    return JSON.stringify(place)
  })
  return [...new Set(places)].sort()
}

function expectSameSchema(actual: GraphQLSchema, expected: GraphQLSchema): void {
  const texts = [actual, expected].map((one) => printSchema(lexicographicSortSchema(one)))
  if (texts[0] !== texts[1]) throw new Error(`the schemas differ:\n${texts.join('\n-----\n')}`)
}
