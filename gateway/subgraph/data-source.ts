// How the gateway speaks to subgraphs: one pooled client each, bounded in time and size, nothing followed, nothing leaked.
import type { GraphQLFormattedError } from 'graphql'
import { Pool } from 'undici'
import type { Log } from '../../platform/log.ts'
import type { IdentityHeader, RequestContext } from '../request-context.ts'
import { AUTH_SUBGRAPH, type SubgraphConfig } from '../supergraph/config.ts'
import { createSubgraphLog, type SubgraphLog } from './log.ts'
import { parseSubgraphJson } from './parse-json.ts'
import { EXCERPT, type PostAnswer, post, SubgraphFailure, type Traffic } from './post.ts'

export interface DataSourcesOptions {
  readonly subgraphs: readonly SubgraphConfig[]
  readonly logger: Pick<Log, 'warn' | 'error'>
  readonly traffic: Traffic
  /** Whether clients read what a subgraph said: in development alone. Default: false. */
  readonly showSubgraphErrors?: boolean
  /** Bytes of one answer. Default: 5 MB. */
  readonly maxResponseBytes?: number
  /** Connections to one subgraph. Default: 128. */
  readonly connections?: number
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
   */
  send(body: string, context: RequestContext): Promise<SubgraphAnswer>
}

export interface SubgraphAnswer {
  readonly data: Record<string, unknown> | null
  /** Normalised: stable codes, nothing of where it happened but the path. */
  readonly errors?: readonly GraphQLFormattedError[]
  /** The subgraph gave no answer that could be read: asking again would be no better. */
  readonly isUnanswered?: boolean
}

/** One data source per subgraph, with connections of its own: one that is slow holds up no other of the same origin. */
export function createDataSources(options: DataSourcesOptions): DataSources {
  const { connections = 128, maxResponseBytes = 5 * 1024 * 1024 } = options
  const pools: Pool[] = []
  const sources = new Map(
    options.subgraphs.map((subgraph) => {
      const pool = new Pool(new URL(subgraph.url).origin, { connections, pipelining: 1 })
      pools.push(pool)
      return [subgraph.name, createDataSource({ ...options, subgraph, pool, maxResponseBytes })]
    }),
  )

  return {
    get(subgraph) {
      const source = sources.get(subgraph)
      if (!source) throw new Error(`subgraph "${subgraph}" is not in the supergraph configuration`)
      return source
    },
    async stop() {
      await Promise.all(pools.map((pool) => pool.destroy()))
    },
  }
}

interface DataSourceOptions {
  readonly subgraph: SubgraphConfig
  readonly pool: Pool
  readonly maxResponseBytes: number
  readonly logger: Pick<Log, 'warn' | 'error'>
  readonly traffic: Traffic
  readonly showSubgraphErrors?: boolean
}

function createDataSource(options: DataSourceOptions): DataSource {
  const { subgraph, pool, maxResponseBytes, logger, traffic, showSubgraphErrors = false } = options
  const { timeoutMs } = subgraph
  const isAuth = subgraph.name === AUTH_SUBGRAPH
  const { pathname, search } = new URL(subgraph.url)
  const path = pathname + search
  const writeHeaders = createHeadersWriter(subgraph)
  const log = createSubgraphLog({ subgraph: subgraph.name, logger, showSubgraphErrors })

  return {
    async send(body, context) {
      context.fetches += 1
      const { cancellation, requestId } = context
      try {
        const identity = context.identityHeader(subgraph)
        const headers = writeHeaders(
          context,
          identity instanceof Promise ? await identity : identity,
        )
        const answer = await post(pool, {
          path,
          headers,
          body,
          timeoutMs,
          maxResponseBytes,
          cancellation,
          traffic,
        })
        if (isAuth) context.setCookies.push(...answer.setCookies)
        return readAnswer(answer, { isAuth, log, requestId })
      } catch (error) {
        if (!(error instanceof SubgraphFailure)) throw error
        return { data: null, errors: [log.ofFailure(error, requestId)], isUnanswered: true }
      }
    },
  }
}

type WriteHeaders = (context: RequestContext, identity: IdentityHeader) => string[]

/** Names and values in turn, as undici takes them as they are. */
function createHeadersWriter({ name, forwardHeaders }: SubgraphConfig): WriteHeaders {
  const isAuth = name === AUTH_SUBGRAPH
  return (context, identity) => {
    const headers = ['accept', 'application/json', 'content-type', 'application/json']
    headers.push('sallyport-request-id', context.requestId)
    for (const name of forwardHeaders) {
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

interface ReadOptions {
  readonly isAuth: boolean
  readonly log: SubgraphLog
  readonly requestId: string
}

/** @throws SubgraphFailure when it is not an answer of GraphQL. */
function readAnswer(answer: PostAnswer, { isAuth, log, requestId }: ReadOptions): SubgraphAnswer {
  const body = readBody(answer)
  const errors = Array.isArray(body.errors) ? body.errors : []
  if (errors.length === 0 && answer.status !== 200) throw unreadable('no errors', answer)
  const data = isData(body.data) ? body.data : null
  if (errors.length > 0) {
    return { data, errors: log.ofAnswer(errors, { isAuth, status: answer.status }, requestId) }
  }
  if (!data) throw unreadable('an answer without data and errors', answer)
  return { data }
}

function readBody(answer: PostAnswer): Record<string, unknown> {
  try {
    return parseSubgraphJson(answer.text)
  } catch (error) {
    throw error instanceof SubgraphFailure ? unreadable(error.message, answer) : error
  }
}

function unreadable(message: string, answer: PostAnswer): SubgraphFailure {
  const { status, text } = answer
  const said = isPersonal(answer) ? {} : { said: text.slice(0, EXCERPT) }
  const what = `${message} (status ${status})`
  return new SubgraphFailure('SUBGRAPH_UNAVAILABLE', what, { status, ...said })
}

/** What came instead of an answer may be all that there is to know; half of a good one is somebody's data. */
function isPersonal({ status, text }: PostAnswer): boolean {
  return status === 200 && /^\s*[{[]/.test(text)
}

function isData(data: unknown): data is Record<string, unknown> {
  return typeof data === 'object' && data !== null && !Array.isArray(data)
}
