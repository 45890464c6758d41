// How the gateway speaks to subgraphs: one pooled client each, bounded in time and size, nothing followed, nothing leaked.
import type { GraphQLFormattedError } from 'graphql'
import type { Log } from '../../platform/log.ts'
import type { Span } from '../../platform/tracing/tracing.ts'
import type { IdentityHeader, RequestContext } from '../request-context.ts'
import { AUTH_SUBGRAPH, isOwnSubgraph, type SubgraphConfig } from '../supergraph/config.ts'
import { type Connection, createConnection } from './connection.ts'
import { SubgraphFailure } from './failure.ts'
import { createSubgraphLog } from './log.ts'
import {
  type MeasureSubgraph,
  type SubgraphMeasures,
  type SubgraphOutcome,
  unmeasured,
} from './measures.ts'
import type { PostAnswer, Traffic } from './post.ts'
import { readAnswer } from './read-answer.ts'
import { type NameServices, systemNames } from './resolve.ts'

export interface DataSourcesOptions {
  readonly subgraphs: readonly SubgraphConfig[]
  readonly logger: Pick<Log, 'warn' | 'error'>
  readonly traffic: Traffic
  /** Whether clients read what a subgraph said: in development alone. Default: false. */
  readonly showSubgraphErrors?: boolean
  /** Bytes of one answer. Default: 5 MB. */
  readonly maxResponseBytes?: number
  /** Default: nothing is measured. */
  readonly measure?: MeasureSubgraph
  /** What answers for the gateway's own subgraph, in this process. */
  readonly own?: DataSource
  /** Default: the system's. */
  readonly names?: NameServices
}

export interface DataSources {
  /** @throws Error when the configuration has no such subgraph. */
  get(subgraph: string): DataSource
  stop(): Promise<void>
}

/** One subgraph. */
export interface DataSource {
  /**
   * Sends a GraphQL request, as JSON text. What goes wrong at the subgraph is an error of the answer.
   *
   * @param body `query` and `variables`, and nothing else.
   * @param mayRepeat whether it may be carried out twice: queries alone. Default: false.
   */
  send(body: string, context: RequestContext, mayRepeat?: boolean): Promise<SubgraphAnswer>
}

export interface SubgraphAnswer {
  readonly data: Record<string, unknown> | null
  /** Normalised: stable codes, nothing of where it happened but the path. */
  readonly errors?: readonly GraphQLFormattedError[]
  /** The subgraph gave no answer that could be read: asking again would be no better. */
  readonly isUnanswered?: boolean
  /** Strings of `data` are written as JSON as they are, between quotes. Default: who writes them has to look. */
  readonly isPlain?: boolean
}

/** One data source per subgraph, with connections of its own: one that is slow holds up no other of the same origin. */
export function createDataSources(options: DataSourcesOptions): DataSources {
  const {
    maxResponseBytes = 5 * 1024 * 1024,
    measure = unmeasured,
    names = systemNames(),
  } = options
  const connections: Connection[] = []
  const sources = new Map(
    options.subgraphs.map((subgraph): [string, DataSource] => {
      if (options.own !== undefined && isOwnSubgraph(subgraph)) return [subgraph.name, options.own]
      const measures = measure(subgraph.name)
      const connection = createConnection({ ...options, subgraph, measures, names })
      connections.push(connection)
      const parts = { ...options, subgraph, connection, measures, maxResponseBytes }
      return [subgraph.name, createDataSource(parts)]
    }),
  )

  return {
    get(subgraph) {
      const source = sources.get(subgraph)
      if (!source) throw new Error(`subgraph "${subgraph}" is not in the supergraph configuration`)
      return source
    },
    async stop() {
      await Promise.all(connections.map((connection) => connection.stop()))
    },
  }
}

interface DataSourceOptions {
  readonly subgraph: SubgraphConfig
  readonly connection: Connection
  readonly measures: SubgraphMeasures
  readonly maxResponseBytes: number
  readonly logger: Pick<Log, 'warn' | 'error'>
  readonly traffic: Traffic
  readonly showSubgraphErrors?: boolean
}

function createDataSource(options: DataSourceOptions): DataSource {
  const {
    subgraph,
    connection,
    measures,
    maxResponseBytes,
    logger,
    traffic,
    showSubgraphErrors = false,
  } = options
  const { timeoutMs } = subgraph
  const isAuth = subgraph.name === AUTH_SUBGRAPH
  const { pathname, search } = new URL(subgraph.url)
  const path = pathname + search
  const spanName = `fetch ${subgraph.name}`
  const spanAttributes = { 'sallyport.subgraph': subgraph.name }
  const writeHeaders = createHeadersWriter(subgraph)
  const log = createSubgraphLog({ subgraph: subgraph.name, logger, showSubgraphErrors })

  return {
    send(body, context, mayRepeat = false) {
      context.fetches += 1
      const span = context.trace?.begin(spanName, 'client', spanAttributes) ?? null
      const request = { body, context, mayRepeat, beganAt: performance.now(), span }
      const identity = context.identityHeader(subgraph)
      if (identity instanceof Promise || context.headersForSubgraph !== undefined) {
        return waitForHeaders(request, identity)
      }
      return ask(request, headersOf(request, identity), request.beganAt)
    },
  }

  async function waitForHeaders(
    request: SubgraphRequest,
    identity: IdentityHeader | Promise<IdentityHeader>,
  ): Promise<SubgraphAnswer> {
    const { context, span } = request
    try {
      const headers = headersOf(request, await identity)
      const added = (await context.headersForSubgraph?.(subgraph.name)) ?? {}
      for (const name in added) addHeader(headers, name, added[name] ?? '')
      // What a hook took is not the subgraph's fault.
      return await ask(request, headers, performance.now())
    } catch (error) {
      span?.end()
      throw error
    }
  }

  function headersOf({ context, span }: SubgraphRequest, identity: IdentityHeader): string[] {
    const headers = writeHeaders(context, identity)
    if (context.trace !== null) headers.push(...context.trace.headers(span))
    return headers
  }

  function ask(
    request: SubgraphRequest,
    headers: string[],
    beganAt: number,
  ): Promise<SubgraphAnswer> {
    const { body, context, mayRepeat } = request
    const { cancellation } = context
    return connection
      .send({
        path,
        headers,
        body,
        timeoutMs,
        beganAt,
        maxResponseBytes,
        cancellation,
        traffic,
        mayRepeat,
      })
      .then(
        (answer) => read(request, answer),
        (failure: unknown) => fail(request, failure),
      )
  }

  function read(request: SubgraphRequest, answer: PostAnswer): SubgraphAnswer {
    const { setCookies, requestId } = request.context
    if (isAuth) setCookies.push(...answer.setCookies)
    try {
      const found = readAnswer(answer, { isAuth, log, requestId })
      record(request, found.errors === undefined ? 'ok' : 'error')
      return found
    } catch (failure) {
      return fail(request, failure)
    }
  }

  function fail(request: SubgraphRequest, failure: unknown): SubgraphAnswer {
    if (!(failure instanceof SubgraphFailure)) throw failure
    record(request, outcomeOf(failure))
    const errors = [log.ofFailure(failure, request.context.requestId)]
    return { data: null, errors, isUnanswered: true }
  }

  function record({ beganAt, span }: SubgraphRequest, outcome: SubgraphOutcome): void {
    measures.record(outcome, performance.now() - beganAt)
    if (span !== null) endSpan(span, outcome)
  }
}

/** One request to a subgraph, however often it is sent. */
interface SubgraphRequest {
  readonly body: string
  readonly context: RequestContext
  readonly mayRepeat: boolean
  readonly beganAt: number
  readonly span: Span | null
}

function endSpan(span: Span, outcome: SubgraphOutcome): void {
  span.set({ 'sallyport.outcome': outcome })
  if (outcome !== 'ok') span.fail(outcome)
  span.end()
}

function outcomeOf({
  code,
  isAbandoned,
  isShed,
  retryAfterSeconds,
}: SubgraphFailure): SubgraphOutcome {
  if (isAbandoned) return 'cancelled'
  if (isShed) return 'shed'
  if (retryAfterSeconds !== undefined) return 'refused'
  return code === 'SUBGRAPH_TIMEOUT' ? 'timeout' : 'unavailable'
}

/** Whether what a plan sends may be carried out twice. Plans write the word out for everything but queries. */
export function mayRepeat(operation: string): boolean {
  return !operation.trimStart().startsWith('mutation')
}

type WriteHeaders = (context: RequestContext, identity: IdentityHeader) => string[]

/** Names and values in turn, as undici takes them as they are. */
function createHeadersWriter({ name, forwardHeaders }: SubgraphConfig): WriteHeaders {
  const isAuth = name === AUTH_SUBGRAPH
  // The trace is passed on to every subgraph, once.
  const forwarded = forwardHeaders.filter((one) => one !== 'traceparent' && one !== 'tracestate')
  return (context, identity) => {
    const headers = ['accept', 'application/json', 'content-type', 'application/json']
    headers.push('sallyport-request-id', context.requestId)
    for (const name of forwarded) {
      const value = context.forwardable[name]
      if (typeof value === 'string') addHeader(headers, name, value)
    }
    if (isAuth) {
      for (const name in context.authHeaders) {
        addHeader(headers, name, context.authHeaders[name] ?? '')
      }
    }
    headers.push(identity.name, identity.value)
    return headers
  }
}

const SAFE_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/

/** A value that could end the line is left out: undici would refuse the whole request for it. */
function addHeader(headers: string[], name: string, value: string): void {
  if (SAFE_VALUE.test(value)) headers.push(name, value)
}
