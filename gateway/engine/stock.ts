// The planner and executor of @apollo/gateway, as they come.
import { ApolloGateway } from '@apollo/gateway'
import type { FormattedExecutionResult } from 'graphql'
import type { EngineOptions, LoadedEngine } from '../engine.ts'
import { failedResult, maskedResult } from '../subgraph-errors.ts'
import { apolloLogger, apolloRequest, asApolloDataSource } from './apollo-request.ts'
import { createCounters } from './counters.ts'
import { createViewerlessExecutor } from './stock-viewerless.ts'

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
  const executeWithoutViewer = createViewerlessExecutor(options)

  return {
    schema,
    engine: {
      counters,
      async execute(prepared, run) {
        counters.stock += 1
        if (prepared.document !== prepared.asked.document)
          return executeWithoutViewer(prepared, run)
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
