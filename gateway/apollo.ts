// An admitted operation through Apollo Server, for deployments with plugins.
import {
  ApolloServer,
  type ApolloServerOptionsWithGateway,
  type ApolloServerPlugin,
} from '@apollo/server'
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginLandingPageDisabled,
} from '@apollo/server/plugin/disabled'
import type { FormattedExecutionResult } from 'graphql'
import type { Log } from '../platform/log.ts'
import { reviveErrors } from './apollo-server/revive-errors.ts'
import { publicMessage } from './errors.ts'
import { type Execution, executeInEngine } from './execution.ts'
import type { GatewayRequest } from './request.ts'
import type { Graph } from './supergraph.ts'

type GatewayInterface = ApolloServerOptionsWithGateway<ApolloContext>['gateway']

/** What plugins find as `contextValue`. */
export interface ApolloContext {
  readonly request: GatewayRequest
}

/** Apollo Server around the engine, for its plugins. It is given the prepared document: nothing is parsed twice. */
export async function createApolloExecution(
  graph: Pick<Graph, 'schema'>,
  options: { plugins: readonly ApolloServerPlugin<ApolloContext>[]; logger: Log },
): Promise<Execution> {
  const server = new ApolloServer<ApolloContext>({
    gateway: gatewayOver(graph),
    plugins: [
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginLandingPageDisabled(),
      takePreparedDocument,
      ...options.plugins,
    ],
    documentStore: null,
    persistedQueries: false,
    // Requests do not come through its HTTP door, and ours has looked at them.
    csrfPrevention: false,
    introspection: true,
    hideSchemaDetailsFromClientErrors: true,
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
    nodeEnv: 'production',
    logger: {
      debug: () => undefined,
      info: () => undefined,
      warn: (message) => options.logger.warn({ from: '@apollo/server' }, String(message)),
      error: (message) => options.logger.error({ from: '@apollo/server' }, String(message)),
    },
  })
  await server.start()

  return {
    stop: () => server.stop(),
    async execute(request) {
      const { prepared, variables } = request
      const { body } = await server.executeOperation(
        {
          query: prepared.query,
          variables,
          ...(prepared.operationName !== null && { operationName: prepared.operationName }),
        },
        { contextValue: { request } },
      )
      if (body.kind !== 'single') throw new Error('incremental results are not supported')
      const result = body.singleResult as FormattedExecutionResult
      return finish(result, request.id, options.logger)
    },
  }
}

const takePreparedDocument: ApolloServerPlugin<ApolloContext> = {
  requestDidStart: async () => ({
    didResolveSource: async (requestContext) => {
      const { document } = requestContext.contextValue.request.prepared.asked
      Object.assign(requestContext, { document })
    },
  }),
}

function gatewayOver({ schema }: Pick<Graph, 'schema'>): GatewayInterface {
  let tell: Parameters<GatewayInterface['onSchemaLoadOrUpdate']>[0] = () => undefined
  return {
    onSchemaLoadOrUpdate(listener) {
      tell = listener
      return () => undefined
    },
    async load() {
      tell({ apiSchema: schema, coreSupergraphSdl: '' })
      return {
        async executor({ context }) {
          const result = await executeInEngine((context as unknown as ApolloContext).request)
          return { data: result.data ?? null, ...reviveErrors(result.errors) }
        },
      }
    },
    stop: async () => undefined,
  }
}

// What a plugin throws keeps its text in Apollo Server; a client is told no more than of any other fault of ours.
function finish(
  { data, errors }: FormattedExecutionResult,
  requestId: string,
  logger: Log,
): FormattedExecutionResult {
  if (errors === undefined) return { data: data ?? null }
  const marked = errors.map((error) => {
    const extensions = { ...error.extensions, requestId }
    if (error.extensions?.code !== 'INTERNAL_SERVER_ERROR') return { ...error, extensions }
    logger.error({ requestId, err: error }, 'execution failed')
    return { ...error, message: publicMessage('INTERNAL_SERVER_ERROR'), extensions }
  })
  return data === undefined ? { errors: marked } : { data, errors: marked }
}
