// One POST to a subgraph over undici's dispatch: a deadline for the whole exchange, a size cap, no redirects, no decompression.
import type { Dispatcher, Pool } from 'undici'
import type { Admission } from '../admission.ts'
import type { Cancellation } from '../cancellation.ts'
import type { Deadlines, Late } from '../deadlines.ts'
import { isOfDown, type Progress, SubgraphFailure } from './failure.ts'
import { parseSubgraphJson } from './parse-json.ts'

export interface PostRequest {
  readonly path: string
  /** Names and values in turn. */
  readonly headers: string[]
  readonly body: string
  /** From `beganAt` on, however often it is sent. */
  readonly timeoutMs: number
  /** On the clock of `performance.now()`. */
  readonly beganAt: number
  readonly maxResponseBytes: number
  readonly cancellation: Cancellation
  /** Of the gateway that asks. */
  readonly traffic: Traffic
}

/** What all exchanges of one gateway share. */
export interface Traffic {
  readonly deadlines: Deadlines
  readonly admission: Pick<Admission, 'countTakenIn'>
}

export interface PostAnswer {
  readonly status: number
  readonly text: string
  readonly setCookies: readonly string[]
}

/** Characters that are kept of an answer that cannot be read: more than is logged, so that no secret is cut before it is known as one. */
export const EXCERPT = 1500

/** Who waits for an answer: called once. A promise for each layer above would cost more than all that the layers do. */
export interface Waiter {
  resolve(answer: PostAnswer): void
  reject(failure: SubgraphFailure): void
}

export function post(pool: Pool, request: PostRequest, waiter: Waiter): void {
  if (request.cancellation.isCancelled) return void waiter.reject(clientLeft())
  const { path, headers, body } = request
  const exchange = new Exchange(request, waiter)
  pool.dispatch(
    { path, method: 'POST', headers, body, headersTimeout: 0, bodyTimeout: 0 },
    exchange,
  )
}

type Headers = Record<string, string | string[] | undefined>

/**
 * Our own deadline covers the wait for a connection, headers and body together; undici's two would only repeat it.
 * Once it is settled it holds nothing: V8 may put such objects into old memory from the start, where each would keep
 * its answer until the next large collection.
 */
class Exchange implements Dispatcher.DispatchHandler, Late {
  readonly deadline: number
  earlier: Late | null = null
  later: Late | null = null
  readonly #timeoutMs: number
  readonly #maxResponseBytes: number
  readonly #cancellation: Cancellation
  readonly #traffic: Traffic
  readonly #onCancelled: () => void
  /** Null once it is settled. */
  #waiter: Waiter | null
  #controller: Dispatcher.DispatchController | null = null
  #status = 0
  #setCookies: readonly string[] = []
  #receivedBytes = 0
  #chunks: Buffer[] = []
  /** Why the answer cannot be read, while the beginning of its text is waited for. */
  #unreadable: string | null = null

  constructor(request: PostRequest, waiter: Waiter) {
    this.#timeoutMs = request.timeoutMs
    this.#maxResponseBytes = request.maxResponseBytes
    this.#cancellation = request.cancellation
    this.#traffic = request.traffic
    this.#waiter = waiter
    this.deadline = request.beganAt + request.timeoutMs
    this.#onCancelled = () => this.#fail(clientLeft())
    this.#cancellation.onCancelled(this.#onCancelled)
    this.#traffic.deadlines.watch(this)
  }

  onDeadline(): void {
    if (this.#unreadable !== null) return void this.#failUnreadable('')
    const message = `no answer within ${this.#timeoutMs} ms`
    this.#fail(new SubgraphFailure('SUBGRAPH_TIMEOUT', message))
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller
    if (this.#waiter === null) controller.abort(clientLeft())
  }

  onResponseStart(_: Dispatcher.DispatchController, status: number, headers: Headers): void {
    // 1xx come before the real one.
    if (status < 200) return
    this.#status = status
    this.#setCookies = listOf(headers['set-cookie'])
    const refusal = refuseHead(status, headers, this.#maxResponseBytes)
    if (refusal !== null) this.#fail(unusable(refusal, status))
    else if (!isJson(headers)) this.#unreadable = `content type of status ${status} is not JSON`
  }

  onResponseData(_: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#unreadable !== null)
      return void this.#failUnreadable(chunk.toString('utf8', 0, EXCERPT))
    this.#receivedBytes += chunk.length
    if (this.#receivedBytes <= this.#maxResponseBytes) this.#chunks.push(chunk)
    else {
      const message = `the answer is larger than ${this.#maxResponseBytes} bytes`
      this.#fail(unusable(message, this.#status))
    }
  }

  onResponseEnd(): void {
    if (this.#unreadable !== null) return void this.#failUnreadable('')
    const chunks = this.#chunks
    const waiter = this.#settle()
    if (waiter === null) return
    this.#traffic.admission.countTakenIn(this.#receivedBytes)
    const [first] = chunks
    const bytes = first && chunks.length === 1 ? first : Buffer.concat(chunks)
    const text = bytes.toString('utf8')
    const status = this.#status
    if (isOfDown(status) && !hasErrors(text)) waiter.reject(pageOfProxy(status, text))
    else waiter.resolve({ status, text, setCookies: this.#setCookies })
  }

  onResponseError(_: Dispatcher.DispatchController, cause: Error): void {
    if (this.#unreadable !== null) return void this.#failUnreadable('')
    const progress =
      this.#status > 0 ? 'sent' : progressOf(this.#controller !== null, cause as Broken)
    // What a status said before the connection broke does not count: it may have been a good answer, and came to nothing.
    const options = { cause, progress }
    this.#fail(new SubgraphFailure('SUBGRAPH_UNAVAILABLE', 'the exchange failed', options))
  }

  /** A page of a proxy, or of a framework that did not get as far as GraphQL: it says what is wrong. */
  #failUnreadable(text: string): void {
    const said = text === '' ? {} : { said: text }
    const options = { status: this.#status, ...said }
    this.#fail(new SubgraphFailure('SUBGRAPH_UNAVAILABLE', String(this.#unreadable), options))
  }

  /** Anyone who waits, when nobody has told them yet. */
  #settle(): Waiter | null {
    const waiter = this.#waiter
    if (waiter === null) return null
    this.#traffic.deadlines.forget(this)
    this.#cancellation.forget(this.#onCancelled)
    this.#waiter = null
    this.#chunks = []
    return waiter
  }

  #fail(failure: SubgraphFailure): void {
    const waiter = this.#settle()
    if (waiter === null) return
    this.#controller?.abort(failure)
    waiter.reject(failure)
  }
}

interface Broken {
  /** What the connection had brought before, where it is known. */
  readonly bytesRead?: number
  readonly socket?: { readonly bytesRead?: number }
}

/** How far a request without an answer got. A connection that never brought anything may have died of this very request. */
function progressOf(isBegun: boolean, { bytesRead, socket }: Broken): Progress {
  if (!isBegun) return 'unsent'
  return (bytesRead ?? socket?.bytesRead ?? 0) > 0 ? 'reset' : 'sent'
}

function clientLeft(): SubgraphFailure {
  const options = { isAbandoned: true }
  return new SubgraphFailure('SUBGRAPH_UNAVAILABLE', 'the client left', options)
}

/** An answer came, and the next one would be no better. */
function unusable(message: string, status: number): SubgraphFailure {
  return new SubgraphFailure('SUBGRAPH_UNAVAILABLE', message, { status })
}

/** Proxies say in JSON too that nobody is behind them, or that there is too much to do. */
function pageOfProxy(status: number, text: string): SubgraphFailure {
  const options = { status, said: text.slice(0, EXCERPT) }
  return new SubgraphFailure('SUBGRAPH_UNAVAILABLE', `no errors (status ${status})`, options)
}

function hasErrors(text: string): boolean {
  try {
    const { errors } = parseSubgraphJson(text).body
    return Array.isArray(errors) && errors.length > 0
  } catch {
    return false
  }
}

const JSON_TYPE = /^application\/(graphql-response\+)?json\s*(;|$)/i

/** Why the head of an answer is not acceptable, `null` when it is. */
function refuseHead(status: number, headers: Headers, maxResponseBytes: number): string | null {
  if (status >= 300 && status < 400) return `a redirect (${status}) is not followed`
  const encoding = headers['content-encoding']
  if (encoding !== undefined && encoding !== 'identity')
    return 'a content encoding nobody asked for'
  const [length = '0'] = listOf(headers['content-length'])
  return Number(length) > maxResponseBytes ? `the answer announces ${length} bytes` : null
}

function isJson(headers: Headers): boolean {
  const [type = ''] = listOf(headers['content-type'])
  return JSON_TYPE.test(type)
}

function listOf(header: string | string[] | undefined): readonly string[] {
  if (header === undefined) return []
  return Array.isArray(header) ? header : [header]
}
