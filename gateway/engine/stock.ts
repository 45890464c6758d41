// The planner and executor of @apollo/gateway, as they come.
import { ApolloGateway, type GraphQLDataSource } from '@apollo/gateway'
import type { FormattedExecutionResult } from 'graphql'
import type { DataSource } from '../data-source.ts'
import type { EngineLogger, EngineOptions, ExecuteOptions, LoadedEngine } from '../engine.ts'
import type { PreparedOperation } from '../operation/prepared-operation.ts'
import type { RequestContext } from '../request-context.ts'
import { failedResult, maskedResult } from '../subgraph-errors.ts'
import { createCounters } from './counters.ts'

/** The gateway of Apollo behind our interface. */
export async function createStockEngine(options: EngineOptions): Promise<LoadedEngine> {
  const logger = apolloLogger(options.logger)
  const counters = createCounters()
  const gateway = new ApolloGateway({
    supergraphSdl: options.supergraphSdl,
    buildService: ({ name }) => asApolloDataSource(options.dataSource(name)),
    logger,
    validateSupergraph: true,
    __exposeQueryPlanExperimental: false,
  })
  const { schema, executor } = await gateway.load()

  return {
    schema,
    engine: {
      counters,
      async execute(prepared, run) {
        counters.stock += 1
        const { requestId } = run.context
        try {
          const requestContext = apolloRequest(prepared, run, { schema, logger })
          const result = await executor(requestContext as Parameters<typeof executor>[0])
          return maskedResult(result as FormattedExecutionResult, requestId, options.logger)
        } catch (error) {
          return failedResult(error, requestId, options.logger)
        }
      },
      stop: () => gateway.stop(),
    },
  }
}

/** What Apollo's executor reads of a request. */
export function apolloRequest(
  prepared: PreparedOperation,
  { variables, context }: ExecuteOptions,
  { schema, logger }: { schema: unknown; logger: EngineLogger },
): object {
  const { query, document, operation, operationName, queryHash } = prepared
  return {
    request: {
      query,
      variables: { ...variables },
      ...(operationName !== null && { operationName }),
    },
    document,
    operation,
    operationName,
    queryHash,
    source: query,
    context,
    cache: noCache,
    logger,
    metrics: {},
    schema,
  }
}

/** One of our data sources as Apollo's executor calls it. */
export function asApolloDataSource(source: DataSource): GraphQLDataSource {
  return {
    async process({ request, context }) {
      const body = JSON.stringify({ query: request.query, variables: request.variables })
      const answer = await source.send(body, context as RequestContext)
      return answer as unknown as Awaited<ReturnType<GraphQLDataSource['process']>>
    },
  }
}

const noCache = { get: async () => undefined, set: async () => {}, delete: async () => {} }

// Its info lines ("Gateway successfully loaded schema") repeat what we log ourselves.
export function apolloLogger(logger: EngineLogger): EngineLogger {
  return {
    debug() {},
    info() {},
    warn: (...args) => logger.warn({ from: '@apollo/gateway' }, String(args[0])),
    error: (...args) => logger.error({ from: '@apollo/gateway' }, String(args[0])),
  }
}
