// Runs an admitted operation. An interface of our own, so that the planner and executor behind it can change.
import { ApolloGateway, type GraphQLDataSource } from '@apollo/gateway'
import type { FormattedExecutionResult, GraphQLSchema } from 'graphql'
import type { PreparedOperation } from './operation/prepared-operation.ts'
import type { RequestContext } from './request-context.ts'
import { maskExecutionErrors } from './subgraph-errors.ts'
import { disableApolloTelemetry } from './supergraph/config.ts'

export interface ExecuteOptions {
  /** As `prepared.checkVariables` returned them. */
  readonly variables: Readonly<Record<string, unknown>>
  readonly context: RequestContext
}

export interface Engine {
  /** Never throws for what a subgraph did: that is an error in the result, with its public code. */
  execute(prepared: PreparedOperation, options: ExecuteOptions): Promise<FormattedExecutionResult>
  stop(): Promise<void>
}

export interface EngineLogger {
  debug(...args: unknown[]): void
  info(...args: unknown[]): void
  warn(...args: unknown[]): void
  error(...args: unknown[]): void
}

export interface StockEngineOptions {
  /** Without auth directives, which @apollo/gateway refuses. */
  readonly supergraphSdl: string
  dataSource(subgraph: string): GraphQLDataSource
  readonly logger: EngineLogger
}

/** The planner and executor of @apollo/gateway. @returns The engine and the schema that clients see. */
export async function createStockEngine(
  options: StockEngineOptions,
): Promise<{ engine: Engine; schema: GraphQLSchema }> {
  disableApolloTelemetry()
  const logger = apolloLogger(options.logger)
  const gateway = new ApolloGateway({
    supergraphSdl: options.supergraphSdl,
    buildService: ({ name }) => options.dataSource(name),
    logger,
    validateSupergraph: true,
    __exposeQueryPlanExperimental: false,
  })
  const { schema, executor } = await gateway.load()

  return {
    schema,
    engine: {
      async execute(prepared, { variables, context }) {
        const { data, errors } = await executor({
          request: {
            query: prepared.query,
            variables: { ...variables },
            ...(prepared.operationName !== null && { operationName: prepared.operationName }),
          },
          document: prepared.document,
          operation: prepared.operation,
          operationName: prepared.operationName,
          queryHash: prepared.queryHash,
          source: prepared.query,
          context: context as RequestContext & Record<string, unknown>,
          cache: noCache,
          logger,
          metrics: {},
          schema,
        } as unknown as Parameters<typeof executor>[0])
        const failures = errors ?? []
        if (failures.length === 0) return { data: data ?? null }
        const masked = maskExecutionErrors(failures, context.requestId, options.logger)
        return { data: data ?? null, errors: masked }
      },
      stop: () => gateway.stop(),
    },
  }
}

const noCache = { get: async () => undefined, set: async () => {}, delete: async () => {} }

// Its info lines ("Gateway successfully loaded schema") repeat what we log ourselves.
function apolloLogger(logger: EngineLogger): EngineLogger {
  return {
    debug() {},
    info() {},
    warn: (...args) => logger.warn({ from: '@apollo/gateway' }, String(args[0])),
    error: (...args) => logger.error({ from: '@apollo/gateway' }, String(args[0])),
  }
}
