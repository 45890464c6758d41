// Which path is answered by what, on the public listener.
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Log } from '../../platform/log.ts'
import { errorBody, type GatewayError, toGatewayError } from '../errors.ts'
import { refuseCredentialInUrl } from '../pipeline/limits.ts'
import { methodNotAllowed, notFound } from '../refusals.ts'
import type { Cors } from './cors.ts'
import type { HeaderMap } from './security-headers.ts'
import type { Handler } from './server.ts'

/** An answer that is the same for everybody. */
export interface PlainAnswer {
  readonly status: number
  readonly headers: HeaderMap
  readonly body: string | Buffer
}

/** Answers GET and HEAD on one path. */
export type PlainRoute = (incoming: IncomingMessage) => PlainAnswer | Promise<PlainAnswer>
/** Answers the form that the page of the same path shows. */
export type FormRoute = (incoming: IncomingMessage) => Promise<PlainAnswer>

export interface RouterParts {
  /** Null on a listener that has no graph. */
  readonly graphql:
    | ((incoming: IncomingMessage, response: ServerResponse, search: string) => Promise<void>)
    | null
  /** The explorer's page for a browser that opens /graphql; null where there is none. */
  readonly sandbox: PlainRoute | null
  /** By exact path; a path that ends with `/*` serves all below it. */
  readonly routes: Readonly<Record<string, PlainRoute>>
  /** POST, by exact path. */
  readonly forms?: Readonly<Record<string, FormRoute>>
  readonly cors: Cors
  readonly securityHeaders: HeaderMap
  readonly logger: Log
}

export function createRouter(parts: RouterParts): Handler {
  return function route(incoming, response) {
    dispatch(incoming, response).catch((error: unknown) => refuse(error, incoming, response))
  }

  async function dispatch(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = incoming.url ?? '/'
    const mark = url.indexOf('?')
    const path = mark < 0 ? url : url.slice(0, mark)
    const search = mark < 0 ? '' : url.slice(mark + 1)
    if (incoming.method === 'OPTIONS') return preflight(incoming, response)
    if (path === '/graphql' && parts.graphql !== null) {
      if (parts.sandbox !== null && wantsPage(incoming, search)) {
        return sendPlain(response, await parts.sandbox(incoming), incoming)
      }
      return parts.graphql(incoming, response, search)
    }
    refuseCredentialInUrl(search)
    const plain = parts.routes[path] ?? parts.routes[`${path.slice(0, path.indexOf('/', 1))}/*`]
    if (plain === undefined) throw notFound()
    const form = parts.forms?.[path]
    if (incoming.method === 'POST' && form !== undefined) {
      return sendPlain(response, await form(incoming), incoming)
    }
    // Of an answer to HEAD node sends the head alone (RFC 9110, section 9.3.2).
    if (incoming.method !== 'GET' && incoming.method !== 'HEAD') {
      throw methodNotAllowed(form === undefined ? 'GET, HEAD' : 'GET, HEAD, POST')
    }
    sendPlain(response, await plain(incoming), incoming)
  }

  function preflight(incoming: IncomingMessage, response: ServerResponse): void {
    response.writeHead(204, {
      ...parts.securityHeaders,
      vary: 'Origin, Access-Control-Request-Method, Access-Control-Request-Headers',
      ...parts.cors.preflight(incoming),
    })
    response.end()
  }

  function sendPlain(
    response: ServerResponse,
    answer: PlainAnswer,
    incoming: IncomingMessage,
  ): void {
    response.writeHead(answer.status, {
      ...parts.securityHeaders,
      ...parts.cors.headers(incoming),
      vary: 'Origin',
      'content-length': Buffer.byteLength(answer.body),
      ...answer.headers,
    })
    response.end(answer.body)
  }

  function refuse(error: unknown, incoming: IncomingMessage, response: ServerResponse): void {
    const refusal: GatewayError = toGatewayError(error)
    const requestId = crypto.randomUUID()
    if (refusal.status >= 500) parts.logger.error({ requestId, err: error }, refusal.code)
    if (response.headersSent) return void response.destroy()
    const headers = { ...refusal.headers, 'content-type': 'application/json; charset=utf-8' }
    const body = JSON.stringify(errorBody(refusal, requestId))
    sendPlain(response, { status: refusal.status, headers, body }, incoming)
  }
}

function wantsPage(incoming: IncomingMessage, search: string): boolean {
  if (incoming.method !== 'GET' || /(?:^|&)query=/.test(search)) return false
  return isBrowser(incoming)
}

/** Somebody who looks, and not a program. */
export function isBrowser({ headers }: IncomingMessage): boolean {
  return (headers.accept ?? '').includes('text/html')
}
