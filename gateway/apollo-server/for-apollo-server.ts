// The gateway inside a team's own Apollo Server: `new ApolloServer({ gateway, plugins })`. What Apollo Server has parsed and
// validated goes through the same steps as at our own door, in the same order; only HTTP is the team's.
//
//   Apollo Server    HTTP, body, parse, validate, plugins
//     context        ─► GatewayRequest: headers, address, cancellation
//     executor       ─► load … credential … rules … execute ─► data and errors; status, cookies and request id on the response
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { ApolloServerOptionsWithGateway, BaseContext } from '@apollo/server'
import { type FormattedExecutionResult, GraphQLError } from 'graphql'
import type { Log } from '../../platform/log.ts'
import { createLineWriter } from '../../platform/log-line.ts'
import { cookiesOf, onlyCookies } from '../authenticate/cookies.ts'
import { Cancellation } from '../cancellation.ts'
import { type GatewayError, toGatewayError } from '../errors.ts'
import type { IdentifyCaller } from '../http/client-address.ts'
import { endTrace } from '../http/end-trace.ts'
import type { CountRequest } from '../http/request-counts.ts'
import { requestIdOf } from '../http/request-id.ts'
import { requestLine } from '../http/request-line.ts'
import type { Pipeline } from '../pipeline.ts'
import { rateHeaders } from '../rate-limits/standing.ts'
import { GatewayRequest } from '../request.ts'
import type { OpenTrace } from '../request-trace.ts'
import type { Graph } from '../supergraph.ts'
import { reviveErrors } from './revive-errors.ts'

type GatewayInterface = ApolloServerOptionsWithGateway<BaseContext>['gateway']
type Executor = NonNullable<Awaited<ReturnType<GatewayInterface['load']>>['executor']>
type ExecutorRequest = Parameters<Executor>[0]
type ExecutorResult = Awaited<ReturnType<Executor>>

/** What `context` gives Apollo Server, beside whatever a team adds. */
export interface GatewayContext {
  readonly sallyport: { readonly request: GatewayRequest; readonly response: ServerResponse }
}

export interface ForApolloServer {
  /** For `new ApolloServer({ gateway })`. It stops with the gateway, not with Apollo Server. */
  readonly gateway: GatewayInterface
  /** For the integration's `context`: without it every operation is refused, as nobody knows who asks. */
  context(of: { req: IncomingMessage; res: ServerResponse }): Promise<GatewayContext>
  /** Tells Apollo Server of another graph. */
  graphLoaded(graph: Graph): void
}

export interface ForApolloServerParts {
  readonly pipeline: Pipeline
  readonly identifyCaller: IdentifyCaller
  readonly executionTimeoutMs: number
  readonly logger: Log
  readonly countRequest: CountRequest
  readonly openTrace: OpenTrace
  currentGraph(): Graph | null
}

export function createForApolloServer(parts: ForApolloServerParts): ForApolloServer {
  const listeners = new Set<Parameters<GatewayInterface['onSchemaLoadOrUpdate']>[0]>()
  const { logger } = parts
  const writeLine = createLineWriter(logger, 'request')

  return {
    async context({ req, res }) {
      const caller = parts.identifyCaller(req)
      const id = requestIdOf(req, caller.isBehindProxy)
      const { searchParams } = new URL(req.url ?? '/', 'http://localhost')
      const request = new GatewayRequest({
        id,
        incoming: req,
        search: String(searchParams),
        caller,
        cancellation: new Cancellation(),
      })
      request.trace = parts.openTrace(req.headers)
      cancelWhenLate(request, res, parts.executionTimeoutMs)
      return { sallyport: { request, response: res } }
    },
    graphLoaded(graph) {
      for (const tell of listeners) tell(schemaOf(graph))
    },
    gateway: {
      onSchemaLoadOrUpdate(listener) {
        listeners.add(listener)
        return () => listeners.delete(listener)
      },
      async load() {
        const graph = parts.currentGraph()
        if (graph === null) throw new Error('There is no graph: see the error above.')
        for (const tell of listeners) tell(schemaOf(graph))
        return { executor: (asked) => execute(asked) as Promise<ExecutorResult> }
      },
      stop: async () => undefined,
    },
  }

  async function execute(asked: ExecutorRequest): Promise<FormattedExecutionResult | object> {
    const known = (asked.context as unknown as Partial<GatewayContext>).sallyport
    if (known === undefined) {
      logger.error('Apollo Server has no `context` of this gateway: nobody knows who asks')
      return { errors: [asGraphQLError(toGatewayError(null), null)] }
    }
    const { request, response } = known
    const began = performance.now()
    try {
      request.params = {
        query: asked.source,
        documentId: null,
        operationName: asked.operationName ?? null,
        variables: asked.request.variables ?? {},
      }
      await parts.pipeline(request)
      return { data: request.result.data ?? null, ...reviveErrors(request.result.errors) }
    } catch (error) {
      const refusal = toGatewayError(error)
      if (refusal.cause !== undefined) {
        logger.error({ requestId: request.id, err: refusal.cause }, refusal.code)
      }
      request.refusal = refusal
      request.answer = { status: refusal.status, headers: {}, body: '' }
      return { errors: [asGraphQLError(refusal, request.id)] }
    } finally {
      request.leaveGraph()
      writeHeaders(request, response)
      const ms = performance.now() - began
      parts.countRequest(request, ms)
      const line = requestLine(request, ms)
      if (request.trace !== null) endTrace(request, line)
      writeLine(line)
    }
  }
}

function schemaOf({ schema }: Graph) {
  return { apiSchema: schema, coreSupergraphSdl: '' }
}

/** Of a whole request, and of one whose client has left. */
function cancelWhenLate({ cancellation }: GatewayRequest, response: ServerResponse, ms: number) {
  const late = setTimeout(() => cancellation.cancel(), ms).unref()
  response.once('close', () => {
    clearTimeout(late)
    if (!response.writableFinished) cancellation.cancel()
  })
}

/** Apollo Server takes status and headers of an error from its extensions. */
function asGraphQLError(error: GatewayError, requestId: string | null): GraphQLError {
  const { message, status, extensions } = error
  const headers = new Map(Object.entries(error.headers))
  const id = requestId === null ? {} : { requestId }
  return new GraphQLError(message, {
    extensions: { ...extensions, ...id, http: { status, headers } },
  })
}

function writeHeaders(request: GatewayRequest, response: ServerResponse): void {
  if (response.headersSent) return
  const { prepared, context, id, rate } = request
  response.setHeader('cache-control', 'no-store')
  response.setHeader('x-request-id', id)
  if (rate !== null)
    for (const [name, value] of Object.entries(rateHeaders(rate))) response.setHeader(name, value)
  const set = (context as typeof context | undefined)?.setCookies ?? []
  const { sets } = (prepared as typeof prepared | undefined)?.credentials ?? { sets: new Set() }
  if (set.length === 0 || sets.size === 0) return
  for (const cookie of onlyCookies(set, cookiesOf(sets as never))) {
    response.appendHeader('set-cookie', cookie)
  }
}
