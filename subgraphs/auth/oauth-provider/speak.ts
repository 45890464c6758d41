// One request handed to the library, and what it answers: nothing of what came goes on but what is listed here. Its cookies stay
// inside: whose request it is, we say ourselves.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import type { Provider } from 'oidc-provider'
import { cookieNames } from './provider.ts'

export interface Spoken {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly publicUrl: string
  /** Path and query as the library knows them. */
  readonly url: string
  /** Of the form or the document that was sent. */
  readonly body?: string
  /** The person's session, and the flow that goes on. */
  readonly sessionId?: string | null
  readonly flow?: string | null
  /** Cookies of ours that go out with the answer. */
  readonly setCookies?: readonly string[]
}

const PASSED = ['accept', 'authorization', 'content-type', 'dpop', 'user-agent'] as const

export async function speak(provider: Provider, spoken: Spoken): Promise<void> {
  const { response, setCookies = [] } = spoken
  if (setCookies.length > 0) response.setHeader('set-cookie', setCookies)
  keepCookiesIn(response)
  leaveEmptyUntyped(response)
  await new Promise<void>((resolve, reject) => {
    response.once('close', resolve)
    response.once('finish', resolve)
    const answered = provider.callback()(innerRequest(spoken), response) as unknown
    Promise.resolve(answered).catch(reject)
  })
}

function innerRequest({ request, publicUrl, url, body, sessionId, flow }: Spoken): IncomingMessage {
  const { host, protocol } = new URL(publicUrl)
  const cookies = [
    sessionId ? `${cookieNames.session}=${sessionId}` : null,
    flow ? `${cookieNames.resume}=${flow}` : null,
  ].filter((pair) => pair !== null)
  const headers = {
    host,
    'x-forwarded-proto': protocol.slice(0, -1),
    ...Object.fromEntries(
      PASSED.flatMap((name) => {
        const value = request.headers[name]
        return typeof value === 'string' ? [[name, value]] : []
      }),
    ),
    ...(cookies.length > 0 && { cookie: cookies.join('; ') }),
    ...(body !== undefined && { 'content-length': String(Buffer.byteLength(body)) }),
  }
  // Not a message of node's own: that one would end the connection with itself.
  return Object.assign(Readable.from(body === undefined ? [] : [Buffer.from(body)]), {
    method: request.method === 'HEAD' ? 'GET' : request.method,
    url,
    headers,
    httpVersion: request.httpVersion,
    socket: request.socket,
  }) as unknown as IncomingMessage
}

/** The library sets cookies of its own: they mean nothing outside. */
function keepCookiesIn(response: ServerResponse): void {
  const setHeader = response.setHeader.bind(response)
  response.setHeader = (name, value) =>
    name.toLowerCase() === 'set-cookie' ? response : setHeader(name, value)
}

/** The library calls nothing plain text: clients that expect JSON take that for a failed revocation. */
function leaveEmptyUntyped(response: ServerResponse): void {
  const end = response.end.bind(response) as (...given: unknown[]) => ServerResponse
  response.end = ((...given: unknown[]) => {
    if (given[0] === '' && !response.headersSent) response.removeHeader('content-type')
    return end(...given)
  }) as typeof response.end
}
