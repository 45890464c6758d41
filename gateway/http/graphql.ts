// The /graphql endpoint: gives a request its id and its deadline, runs the pipeline, writes the answer, logs one line.
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Log } from '../../platform/log.ts'
import { createLineWriter } from '../../platform/log-line.ts'
import { Cancellation } from '../cancellation.ts'
import type { Deadlines, Late } from '../deadlines.ts'
import { toGatewayError } from '../errors.ts'
import type { Metrics } from '../metrics.ts'
import { refusalAnswer } from '../pipeline/answer.ts'
import type { Pipeline } from '../pipeline.ts'
import { GatewayRequest } from '../request.ts'
import type { OpenTrace } from '../request-trace.ts'
import type { Graph } from '../supergraph.ts'
import { createWriteBatching } from '../write-batching.ts'
import type { IdentifyCaller } from './client-address.ts'
import type { Cors } from './cors.ts'
import { endTrace } from './end-trace.ts'
import { requestIdOf } from './request-id.ts'
import { requestLine } from './request-line.ts'
import type { HeaderMap } from './security-headers.ts'
import { encodeUtf8 } from './utf8.ts'

export interface GraphqlEndpointParts {
  readonly pipeline: Pipeline
  readonly identifyCaller: IdentifyCaller
  readonly cors: Cors
  readonly securityHeaders: HeaderMap
  readonly executionTimeoutMs: number
  readonly deadlines: Deadlines
  readonly logger: Log
  readonly metrics: Pick<Metrics, 'countTooComplex' | 'countRequest'>
  readonly openTrace: OpenTrace
  readonly monotonic: () => number
  /** Where agents that were refused find who gives tokens (RFC 9728). */
  readonly resourceMetadata: string
}

const LONG_BODY = 4096

const privateAnswer: HeaderMap = {
  'cache-control': 'no-store',
  vary: 'Origin, Authorization, Cookie, X-API-Key, Accept',
}

/** Anyone who sends such headers sends many. */
const QUIET_MS = 600_000

export function createGraphqlEndpoint(parts: GraphqlEndpointParts) {
  let quietUntil = Number.NEGATIVE_INFINITY
  const { deadlines } = parts
  const endOfBatch = createWriteBatching()
  const fixedHeaders = Object.entries({ ...parts.securityHeaders, ...privateAnswer }).flat()
  const writeLine = createLineWriter(parts.logger, 'request')

  return async function graphql(
    incoming: IncomingMessage,
    response: ServerResponse,
    search: string,
  ): Promise<void> {
    const startedAt = parts.monotonic()
    const caller = parts.identifyCaller(incoming)
    if (caller.isForwardingIgnored) warnOfForwarding(caller.address, startedAt)
    const cancellation = new Cancellation()
    const id = requestIdOf(incoming, caller.isBehindProxy)
    const request = new GatewayRequest({ id, incoming, search, caller, cancellation })
    request.trace = parts.openTrace(incoming.headers)
    const deadline = new Deadline(parts.executionTimeoutMs, cancellation, response)
    deadlines.watch(deadline)
    response.once('close', () => {
      deadlines.forget(deadline)
      if (!response.writableFinished) cancellation.cancel()
    })
    await answer(request)
    await endOfBatch()
    send(request, response)
    const ms = parts.monotonic() - startedAt
    parts.metrics.countRequest(request, ms)
    logAnswer(request, ms)
    request.release()
  }

  function warnOfForwarding(peer: string, now: number): void {
    if (now < quietUntil) return
    quietUntil = now + QUIET_MS
    parts.logger.warn({ peer }, 'forwarding headers from a peer that is not in TRUSTED_PROXIES')
  }

  async function answer(request: GatewayRequest): Promise<void> {
    try {
      await parts.pipeline(request)
    } catch (error) {
      const refusal = toGatewayError(error)
      // A refusal without a cause (overload, a credential that nobody can confirm) is in the request's own line.
      if (refusal.cause !== undefined) {
        parts.logger.error({ requestId: request.id, err: refusal.cause }, refusal.code)
      }
      request.refusal = refusal
      const { limit } = refusal.extensions
      if (typeof limit === 'string') parts.metrics.countTooComplex(limit)
      request.answer = refusalAnswer(refusal, request)
    } finally {
      request.leaveGraph()
    }
  }

  function send({ id, incoming, answer, graph }: GatewayRequest, response: ServerResponse): void {
    if (response.destroyed) return
    const { status, headers, body } = answer
    const all: (string | readonly string[])[] = [...fixedHeaders, 'x-request-id', id]
    // Refused before it had a graph: by the one that is current.
    const cors = ((graph as Graph | undefined)?.cors ?? parts.cors).headers(incoming)
    for (const name in cors) all.push(name, cors[name] ?? '')
    for (const name in headers) all.push(name, headers[name] ?? '')
    if (status === 401 || status === 403) tellOfMetadata(all)
    // A long text is put together and encoded once; a short one goes out with its head in one piece.
    const bytes = body.length > LONG_BODY ? encodeUtf8(body) : body
    all.push('content-length', String(Buffer.byteLength(bytes)))
    response.writeHead(status, all as string[])
    writeAtOnce(response, bytes)
    // An unread body would be parsed as the next request, or be waited for.
    if (!incoming.complete) incoming.resume()
  }

  function tellOfMetadata(all: (string | readonly string[])[]): void {
    const place = all.indexOf('www-authenticate') + 1
    if (place > 0) all[place] += `, resource_metadata="${parts.resourceMetadata}"`
  }

  function logAnswer(request: GatewayRequest, ms: number): void {
    const line = requestLine(request, ms)
    if (request.trace !== null) endTrace(request, line)
    writeLine(line)
  }
}

/** Of a whole request. */
class Deadline implements Late {
  readonly deadline: number
  earlier: Late | null = null
  later: Late | null = null
  readonly #cancellation: Cancellation
  readonly #response: ServerResponse

  constructor(ms: number, cancellation: Cancellation, response: ServerResponse) {
    this.deadline = performance.now() + ms
    this.#cancellation = cancellation
    this.#response = response
  }

  onDeadline(): void {
    this.#cancellation.cancel()
    // The answer is out, and the client takes nothing of it.
    if (this.#response.writableEnded) this.#response.destroy()
  }
}

/** Head and body in one write: `end` with a body makes a vector of two, the second of which is empty. */
function writeAtOnce(response: ServerResponse, body: string | Uint8Array): void {
  const { socket } = response
  socket?.cork()
  response.write(body)
  socket?.uncork()
  response.end()
}
