// Our requests, data sources and logger as the packages of Apollo take them.
import type { GraphQLDataSource } from '@apollo/gateway'
import type { EngineLogger, ExecuteOptions } from '../engine.ts'
import { unmarkLongNumbers } from '../long-numbers.ts'
import type { PreparedOperation } from '../operation/prepared-operation.ts'
import type { RequestContext } from '../request-context.ts'
import { type DataSource, mayRepeat } from '../subgraph/data-source.ts'

/** What Apollo's executor reads of a request. */
export function apolloRequest(
  prepared: PreparedOperation,
  { variables, context }: ExecuteOptions,
  { schema, logger }: { schema: unknown; logger: EngineLogger },
): object {
  const { query, document, operation, operationName, planKey } = prepared
  return {
    request: {
      query,
      variables: { ...variables },
      ...(operationName !== null && { operationName }),
    },
    document,
    operation,
    operationName,
    queryHash: planKey,
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
      const { query, variables } = request
      const body = unmarkLongNumbers(JSON.stringify({ query, variables }))
      const answer = await source.send(body, context as RequestContext, mayRepeat(query ?? ''))
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
