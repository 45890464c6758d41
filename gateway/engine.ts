// Runs an admitted operation. An interface of our own, so that the planner and executor behind it can change.
import type { FormattedExecutionResult, GraphQLSchema } from 'graphql'
import { createCompiledEngine } from './engine/compiled.ts'
import type { EngineCounters } from './engine/counters.ts'
import { type PlanMeasures, timedPlanner, unmeasuredPlans } from './engine/plan-measures.ts'
import { readJoined } from './engine/planners/joined.ts'
import { createFindFault } from './engine/planners/plan-faults.ts'
import type { Planner, PlannerKind } from './engine/planners/planner.ts'
import { withRequiredFields } from './engine/planners/required-fields.ts'
import { withSecondPlanner } from './engine/planners/second-planner.ts'
import { withShadow } from './engine/shadow.ts'
import type { PreparedOperation } from './operation/prepared-operation.ts'
import type { RequestContext } from './request-context.ts'
import type { DataSource } from './subgraph/data-source.ts'
import { disableApolloTelemetry } from './supergraph/config.ts'
import { parseSupergraph } from './supergraph/parse-supergraph.ts'
import { inSlices } from './supergraph/slices.ts'

export interface ExecuteOptions {
  /** As `prepared.checkVariables` returned them. */
  readonly variables: Readonly<Record<string, unknown>>
  readonly context: RequestContext
}

export interface Engine {
  /** Never throws for what a subgraph did: that is an error in the result, with its public code. */
  execute(prepared: PreparedOperation, options: ExecuteOptions): Promise<FormattedExecutionResult>
  readonly counters: EngineCounters
  /** Plans it, where it is always the same. Never throws. */
  warm(prepared: PreparedOperation): Promise<void>
  stop(): Promise<void>
}

export interface EngineLogger {
  debug(...args: unknown[]): void
  info(...args: unknown[]): void
  warn(...args: unknown[]): void
  error(...args: unknown[]): void
}

/** `stock`: planner and executor of @apollo/gateway. `compiled`: our executor, over a planner's plans. */
export type EngineKind = 'stock' | 'compiled'

export interface EngineSettings {
  readonly kind: EngineKind
  /** Whose plans the compiled engine runs. The stock engine has Apollo's. */
  readonly planner: PlannerKind
  /** What to do where `hive` does not load. Default: `stop`; `apollo` is for development. */
  readonly withoutAddon?: 'stop' | 'apollo'
  /** Share of queries, in percent, that the stock executor runs too, to report differences. */
  readonly shadowPercent: number
}

export const defaultEngineSettings: EngineSettings = Object.freeze({
  kind: 'compiled',
  planner: 'hive',
  shadowPercent: 0,
})

export interface EngineOptions {
  /** Without auth directives, which @apollo/gateway refuses. */
  readonly supergraphSdl: string
  dataSource(subgraph: string): DataSource
  readonly logger: EngineLogger
  /** The program of `planners/hive-process.js`. Default: that. */
  readonly plannerProgram?: URL
  /** Default: plans are not measured. */
  readonly planMeasures?: PlanMeasures | undefined
}

/** An engine and the schema that clients see. */
export interface LoadedEngine {
  readonly engine: Engine
  readonly schema: GraphQLSchema
}

/** Loads the supergraph into the engine that the settings name. */
export async function createEngine(
  options: EngineOptions,
  settings: EngineSettings,
): Promise<LoadedEngine> {
  const { kind, shadowPercent } = settings
  disableApolloTelemetry()
  if (kind === 'stock') return createStockEngine(options)
  const compiled = await createCompiled(options, settings)
  if (shadowPercent === 0) return compiled
  const stock = await createStockEngine(options)
  const { logger } = options
  return {
    schema: compiled.schema,
    engine: withShadow(compiled.engine, { shadow: stock.engine, percent: shadowPercent, logger }),
  }
}

// What is not used is not loaded: Apollo's planner alone takes longer to load than all of ours.
async function createCompiled(
  options: EngineOptions,
  { planner: kind, withoutAddon = 'stop' }: EngineSettings,
): Promise<LoadedEngine> {
  const { planMeasures = unmeasuredPlans() } = options
  const openApollo = async () => {
    const { createApolloPlanner } = await import('./engine/planners/apollo.ts')
    return timedPlanner(await createApolloPlanner(options.supergraphSdl), 'apollo', planMeasures)
  }
  const joined = readJoined(await inSlices(parseSupergraph(options.supergraphSdl)))
  const compiledWith = (planner: Planner) =>
    createCompiledEngine(options, withRequiredFields(planner, joined))
  if (kind === 'apollo') return compiledWith(await openApollo())
  const { createHivePlanner } = await import('./engine/planners/hive.ts')
  const { AddonUnavailable } = await import('./engine/planners/hive-child.ts')
  const opening = createHivePlanner(options.supergraphSdl, options.plannerProgram).then((hive) =>
    timedPlanner(hive, 'hive', planMeasures),
  )
  const planner = await opening.catch((error: unknown) => {
    if (withoutAddon === 'stop' || !(error instanceof AddonUnavailable)) throw error
    options.logger.warn({ err: error }, 'planning with PLANNER=apollo, as in development')
    return openApollo()
  })
  const findFault = createFindFault(joined)
  const second = { openSecond: openApollo, findFault, logger: options.logger }
  return compiledWith(withSecondPlanner(planner, second))
}

async function createStockEngine(options: EngineOptions): Promise<LoadedEngine> {
  const stock = await import('./engine/stock.ts')
  return stock.createStockEngine(options)
}
