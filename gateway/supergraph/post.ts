// One POST to a subgraph over undici's dispatch: a deadline for the whole exchange, a size cap, no redirects, no decompression.
import { setMaxListeners } from 'node:events'
import type { Dispatcher, Pool } from 'undici'

export interface PostRequest {
  readonly path: string
  readonly headers: Record<string, string>
  readonly body: string
  readonly timeoutMs: number
  readonly maxResponseBytes: number
  /** Aborted when the client left. */
  readonly signal: AbortSignal
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

const JSON_TYPE = /^application\/(graphql-response\+)?json\s*(;|$)/i
type Headers = Record<string, string | string[] | undefined>

/** @throws SubgraphFailure */
export function post(pool: Pool, request: PostRequest): Promise<PostAnswer> {
  return new Promise((resolve, reject) => {
    const { signal, timeoutMs, maxResponseBytes } = request
    let controller: Dispatcher.DispatchController | undefined
    let isSettled = false
    let status = 0
    let setCookies: readonly string[] = []
    let receivedBytes = 0
    const chunks: Buffer[] = []

    const settle = () => {
      if (isSettled) return false
      isSettled = true
      clearTimeout(timer)
      signal.removeEventListener('abort', onClientGone)
      return true
    }
    const fail = (failure: SubgraphFailure) => {
      if (!settle()) return
      controller?.abort(failure)
      reject(failure)
    }
    const onClientGone = () => fail(new SubgraphFailure('SUBGRAPH_UNAVAILABLE', 'the client left'))
    const timer = setTimeout(
      () => fail(new SubgraphFailure('SUBGRAPH_TIMEOUT', `no answer within ${timeoutMs} ms`)),
      timeoutMs,
    )
    // One client waits for as many fetches as its operation has: that is no leak of listeners.
    setMaxListeners(0, signal)
    signal.addEventListener('abort', onClientGone)
    if (signal.aborted) return onClientGone()

    const { path, headers, body } = request
    // Our own deadline covers headers and body together; undici's two would only repeat it.
    const limits = { headersTimeout: 0, bodyTimeout: 0 }
    pool.dispatch(
      { path, method: 'POST', headers, body, ...limits },
      {
        onRequestStart(started) {
          controller = started
          if (isSettled) started.abort(new SubgraphFailure('SUBGRAPH_UNAVAILABLE', 'given up'))
        },
        onResponseStart(_, statusCode, responseHeaders) {
          status = statusCode
          setCookies = listOf(responseHeaders['set-cookie'])
          const refusal = refuseHead(statusCode, responseHeaders, maxResponseBytes)
          if (refusal) fail(new SubgraphFailure('SUBGRAPH_UNAVAILABLE', refusal))
        },
        onResponseData(_, chunk) {
          receivedBytes += chunk.length
          if (receivedBytes <= maxResponseBytes) return void chunks.push(chunk)
          const message = `the answer is larger than ${maxResponseBytes} bytes`
          fail(new SubgraphFailure('SUBGRAPH_UNAVAILABLE', message))
        },
        onResponseEnd() {
          if (settle())
            resolve({ status, text: Buffer.concat(chunks).toString('utf8'), setCookies })
        },
        onResponseError(_, cause) {
          fail(new SubgraphFailure('SUBGRAPH_UNAVAILABLE', 'the connection failed', { cause }))
        },
      },
    )
  })
}

/** Why the head of an answer is not acceptable, `null` when it is. 1xx come before the real one. */
function refuseHead(status: number, headers: Headers, maxResponseBytes: number): string | null {
  if (status < 200) return null
  if (status >= 300 && status < 400) return `a redirect (${status}) is not followed`
  const encoding = headers['content-encoding']
  if (encoding !== undefined && encoding !== 'identity')
    return 'a content encoding nobody asked for'
  const [type = ''] = listOf(headers['content-type'])
  if (!JSON_TYPE.test(type)) return `content type of status ${status} is not JSON`
  const [length = '0'] = listOf(headers['content-length'])
  return Number(length) > maxResponseBytes ? `the answer announces ${length} bytes` : null
}

function listOf(header: string | string[] | undefined): readonly string[] {
  if (header === undefined) return []
  return Array.isArray(header) ? header : [header]
}
