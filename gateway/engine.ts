// Runs an admitted operation. An interface of our own, so that the planner and executor behind it can change.
import type { FormattedExecutionResult, GraphQLSchema } from 'graphql'
import type { DataSource } from './data-source.ts'
import { createCompiledEngine } from './engine/compiled.ts'
import type { EngineCounters } from './engine/counters.ts'
import { withShadow } from './engine/shadow.ts'
import { createStockEngine } from './engine/stock.ts'
import type { PreparedOperation } from './operation/prepared-operation.ts'
import type { RequestContext } from './request-context.ts'
import { disableApolloTelemetry } from './supergraph/config.ts'

export interface ExecuteOptions {
  /** As `prepared.checkVariables` returned them. */
  readonly variables: Readonly<Record<string, unknown>>
  readonly context: RequestContext
}

export interface Engine {
  /** Never throws for what a subgraph did: that is an error in the result, with its public code. */
  execute(prepared: PreparedOperation, options: ExecuteOptions): Promise<FormattedExecutionResult>
  readonly counters: EngineCounters
  stop(): Promise<void>
}

export interface EngineLogger {
  debug(...args: unknown[]): void
  info(...args: unknown[]): void
  warn(...args: unknown[]): void
  error(...args: unknown[]): void
}

/** `stock`: the executor of @apollo/gateway. `compiled`: ours, over the same planner's plans. */
export type EngineKind = 'stock' | 'compiled'

export interface EngineSettings {
  readonly kind: EngineKind
  /** Share of queries, in percent, that the stock executor runs too, to report differences. */
  readonly shadowPercent: number
}

export const defaultEngineSettings: EngineSettings = Object.freeze({
  kind: 'compiled',
  shadowPercent: 0,
})

export interface EngineOptions {
  /** Without auth directives, which @apollo/gateway refuses. */
  readonly supergraphSdl: string
  dataSource(subgraph: string): DataSource
  readonly logger: EngineLogger
}

/** An engine and the schema that clients see. */
export interface LoadedEngine {
  readonly engine: Engine
  readonly schema: GraphQLSchema
}

/** Loads the supergraph into the engine that the settings name. */
export async function createEngine(
  options: EngineOptions,
  { kind, shadowPercent }: EngineSettings,
): Promise<LoadedEngine> {
  disableApolloTelemetry()
  if (kind === 'stock') return createStockEngine(options)
  const compiled = createCompiledEngine(options)
  if (shadowPercent === 0) return compiled
  const stock = await createStockEngine(options)
  const { logger } = options
  return {
    schema: compiled.schema,
    engine: withShadow(compiled.engine, { shadow: stock.engine, percent: shadowPercent, logger }),
  }
}
