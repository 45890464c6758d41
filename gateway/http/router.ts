// Which path is answered by what, on the public listener.
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Log } from '../../platform/log.ts'
import { errorBody, type GatewayError, toGatewayError } from '../errors.ts'
import { methodNotAllowed, notFound } from '../refusals.ts'
import type { Cors } from './cors.ts'
import { refuseCredentialInUrl } from './credentials-in-url.ts'
import {
  type GraphqlRoute,
  isAmbiguousPath,
  type PageRoute,
  type PassedRoute,
  type PlainAnswer,
  type Route,
  type RouteTable,
} from './route.ts'
import type { HeaderMap } from './security-headers.ts'
import type { Handler } from './server.ts'

export interface RouterParts {
  readonly routes: RouteTable
  readonly cors: Cors
  readonly securityHeaders: HeaderMap
  readonly logger: Log
  /** For people; null for programs. Default: JSON for all. */
  readonly renderRefusal?: (refusal: GatewayError, incoming: IncomingMessage) => PlainAnswer | null
}

interface Visit {
  readonly incoming: IncomingMessage
  readonly response: ServerResponse
  /** The query string, without its question mark. */
  readonly search: string
}

export function createRouter(parts: RouterParts): Handler {
  const routes = new Map<string, Route>(Object.entries(parts.routes))

  return function route(incoming, response) {
    const url = incoming.url ?? '/'
    const mark = url.indexOf('?')
    const path = mark < 0 ? url : url.slice(0, mark)
    const visit = { incoming, response, search: mark < 0 ? '' : url.slice(mark + 1) }
    const found = routes.get(path) ?? wildcard(path)
    const answered =
      incoming.method === 'OPTIONS'
        ? preflight(visit)
        : found?.kind === 'graphql'
          ? visitGraph(found, visit)
          : visitOther(found, visit)
    answered.catch((error: unknown) => refuse(error, incoming, response))
  }

  async function visitOther(
    found: PageRoute | PassedRoute | undefined,
    visit: Visit,
  ): Promise<void> {
    refuseCredentialInUrl(visit.search, found?.kind === 'passed' ? found.identityHints : [])
    if (found === undefined) throw notFound()
    return found.kind === 'page' ? visitPage(found, visit) : visitPassed(found, visit)
  }

  function wildcard(path: string): Route | undefined {
    const end = path.indexOf('/', 1)
    if (end < 0 || isAmbiguousPath(path)) return undefined
    return routes.get(`${path.slice(0, end)}/*`)
  }

  /** Hands on the promise of the endpoint: each of its own would take turns of every request. */
  function visitGraph({ answer, page }: GraphqlRoute, visit: Visit): Promise<void> {
    const { incoming, response, search } = visit
    if (page === null || !wantsPage(incoming, search)) return answer(incoming, response, search)
    return showPage(page, visit)
  }

  async function showPage(page: NonNullable<GraphqlRoute['page']>, visit: Visit): Promise<void> {
    sendPlain(visit, await page(visit.incoming))
  }

  async function visitPage({ show, act }: PageRoute, visit: Visit): Promise<void> {
    const { incoming } = visit
    if (incoming.method === 'POST' && act !== undefined) {
      return sendPlain(visit, await act(incoming))
    }
    // Of an answer to HEAD node sends the head alone (RFC 9110, section 9.3.2).
    if (incoming.method !== 'GET' && incoming.method !== 'HEAD') {
      throw methodNotAllowed(act === undefined ? 'GET, HEAD' : 'GET, HEAD, POST')
    }
    sendPlain(visit, await show(incoming))
  }

  async function visitPassed(route: PassedRoute, visit: Visit): Promise<void> {
    const { incoming, response, search } = visit
    if (!route.methods.includes(incoming.method ?? '')) {
      throw methodNotAllowed(route.methods.join(', '))
    }
    const answer = await route.pass(incoming, response, search)
    if (response.destroyed) return
    sendPlain(visit, answer, route.isSharedWithOrigins)
    // An unread body would be parsed as the next request, or be waited for.
    if (!incoming.complete) incoming.resume()
  }

  async function preflight({ incoming, response }: Visit): Promise<void> {
    response.writeHead(204, {
      ...parts.securityHeaders,
      vary: 'Origin, Access-Control-Request-Method, Access-Control-Request-Headers',
      ...parts.cors.preflight(incoming),
    })
    response.end()
  }

  function sendPlain(
    { incoming, response }: Pick<Visit, 'incoming' | 'response'>,
    { status, headers, body }: PlainAnswer,
    isSharedWithOrigins = true,
  ): void {
    response.writeHead(status, {
      ...parts.securityHeaders,
      ...(isSharedWithOrigins && parts.cors.headers(incoming)),
      vary: 'Origin',
      'content-length': Buffer.byteLength(body),
      ...(headers as Record<string, string | string[]>),
    })
    response.end(body)
  }

  function refuse(error: unknown, incoming: IncomingMessage, response: ServerResponse): void {
    const refusal: GatewayError = toGatewayError(error)
    const requestId = crypto.randomUUID()
    if (refusal.status >= 500) parts.logger.error({ requestId, err: error }, refusal.code)
    if (response.headersSent) return void response.destroy()
    const page = parts.renderRefusal?.(refusal, incoming)
    if (page) {
      sendPlain({ incoming, response }, page)
      if (!incoming.complete) incoming.resume()
      return
    }
    const headers = { ...refusal.headers, 'content-type': 'application/json; charset=utf-8' }
    const body = JSON.stringify(errorBody(refusal, requestId))
    sendPlain({ incoming, response }, { status: refusal.status, headers, body })
    if (!incoming.complete) incoming.resume()
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
