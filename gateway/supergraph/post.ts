// One POST to a subgraph: a deadline for the whole exchange, a size cap, no redirects, no decompression.
import type { Connection, Exchange } from '../http-client/connection.ts'
import { DeadlinePassed, type Pool } from '../http-client/pool.ts'
import type { ResponseHead } from '../http-client/response-reader.ts'
import type { Leaving } from '../leaving.ts'

export interface PostRequest {
  /** Request line and header fields, each with its line break, without Content-Length and the empty line. */
  readonly head: string
  readonly body: string
  readonly timeoutMs: number
  readonly maxResponseBytes: number
  readonly leaving: Leaving
}

export interface PostAnswer {
  readonly status: number
  readonly text: string
  readonly setCookies: readonly string[]
}

/** Why a subgraph gave no answer that could be used. The message is for the log. */
export class SubgraphFailure extends Error {
  override readonly name = 'SubgraphFailure'
  readonly code: 'SUBGRAPH_UNAVAILABLE' | 'SUBGRAPH_TIMEOUT'

  constructor(
    code: 'SUBGRAPH_UNAVAILABLE' | 'SUBGRAPH_TIMEOUT',
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options)
    this.code = code
  }
}

/** @throws SubgraphFailure */
export function post(pool: Pool, request: PostRequest): Promise<PostAnswer> {
  if (request.leaving.isGone) return Promise.reject(clientLeft())
  return new Promise((resolve, reject) => {
    pool.send(new Post(pool, request, { resolve, reject }))
  })
}

interface Waiter {
  resolve(answer: PostAnswer): void
  reject(failure: SubgraphFailure): void
}

class Post implements Exchange {
  readonly head: string
  readonly body: string
  readonly maxBytes: number
  readonly deadline: number
  readonly checkHead = refuseHead
  connection: Connection | null = null
  readonly #request: PostRequest
  readonly #waiter: Waiter
  readonly #onGone: () => void

  constructor(pool: Pool, request: PostRequest, waiter: Waiter) {
    const { head, body, timeoutMs, maxResponseBytes } = request
    this.head = `${head}content-length: ${Buffer.byteLength(body)}\r\n\r\n`
    this.body = body
    this.maxBytes = maxResponseBytes
    this.deadline = pool.now() + timeoutMs
    this.#request = request
    this.#waiter = waiter
    this.#onGone = () => pool.cancel(this, clientLeft())
    request.leaving.onGone(this.#onGone)
  }

  onAnswer({ head, text }: { readonly head: ResponseHead; readonly text: string }): void {
    this.#request.leaving.forget(this.#onGone)
    this.#waiter.resolve({ status: head.status, text, setCookies: head.setCookies })
  }

  onFailure(error: Error): void {
    this.#request.leaving.forget(this.#onGone)
    this.#waiter.reject(asFailure(error, this.#request))
  }
}

function asFailure(error: Error, { timeoutMs }: PostRequest): SubgraphFailure {
  if (error instanceof SubgraphFailure) return error
  if (error instanceof DeadlinePassed) {
    return new SubgraphFailure('SUBGRAPH_TIMEOUT', `no answer within ${timeoutMs} ms`)
  }
  return new SubgraphFailure('SUBGRAPH_UNAVAILABLE', 'the exchange failed', { cause: error })
}

function clientLeft(): SubgraphFailure {
  return new SubgraphFailure('SUBGRAPH_UNAVAILABLE', 'the client left')
}

const JSON_TYPE = /^application\/(graphql-response\+)?json\s*(;|$)/i

/** @throws SubgraphFailure for a head that is not acceptable. */
function refuseHead({ status, contentEncoding, contentType }: ResponseHead): void {
  if (status >= 300 && status < 400) throw unavailable(`a redirect (${status}) is not followed`)
  if (contentEncoding !== '' && contentEncoding !== 'identity') {
    throw unavailable('a content encoding nobody asked for')
  }
  if (!JSON_TYPE.test(contentType))
    throw unavailable(`content type of status ${status} is not JSON`)
}

function unavailable(message: string): SubgraphFailure {
  return new SubgraphFailure('SUBGRAPH_UNAVAILABLE', message)
}
