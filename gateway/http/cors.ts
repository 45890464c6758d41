// Which pages of other origins may read our answers, and what they may send: exactly what is listed (Fetch standard, CORS protocol).
import type { IncomingMessage } from 'node:http'
import type { HeaderMap } from './security-headers.ts'
import type { TellUnlisted } from './unlisted-pages.ts'

export interface Cors {
  /** Headers for an answer to this request. */
  headers(incoming: IncomingMessage): HeaderMap
  /** Headers for an answer to something of which nothing but the `Origin` is known. */
  headersFor(origin: string | undefined): HeaderMap
  /** Headers for the answer to a preflight. */
  preflight(incoming: IncomingMessage): HeaderMap
  isAllowedOrigin(origin: string): boolean
}

export interface CorsOptions {
  readonly publicUrl: string
  readonly corsOrigins: readonly string[]
  /** Request headers that pages may send beside those that the gateway itself reads, in lower case. Default: none. */
  readonly corsHeaders?: readonly string[]
  /** Is told of pages and headers that are not listed. Default: nobody. */
  readonly tellUnlisted?: TellUnlisted | undefined
}

const ourHeaders = [
  'content-type',
  'authorization',
  'dpop',
  'x-api-key',
  'x-api-secret',
  'x-csrf-token',
  'x-apollo-operation-name',
  'apollo-require-preflight',
  'apollographql-client-name',
  'apollographql-client-version',
  // W3C Trace Context and Baggage: a page that traces sends them with every request.
  'traceparent',
  'tracestate',
  'baggage',
]

const none: HeaderMap = Object.freeze({})

export function createCors(options: CorsOptions): Cors {
  const { publicUrl, corsOrigins, corsHeaders = [], tellUnlisted } = options
  const allowedHeaders = new Set([...ourHeaders, ...corsHeaders])
  const allowedHeadersText = [...allowedHeaders].join(', ')
  const headersByOrigin = new Map<string, HeaderMap>(
    [publicUrl, ...corsOrigins].map((origin) => [
      origin,
      Object.freeze({
        'access-control-allow-origin': origin,
        'access-control-allow-credentials': 'true',
        'access-control-expose-headers':
          'retry-after, www-authenticate, dpop-nonce, x-request-id, ratelimit-limit, ratelimit-remaining, ratelimit-reset',
      }),
    ]),
  )

  function headersFor(origin: string | undefined): HeaderMap {
    return (origin !== undefined && headersByOrigin.get(origin)) || none
  }

  function headers(incoming: IncomingMessage): HeaderMap {
    const { origin } = incoming.headers
    if (origin === undefined) return none
    const found = headersFor(origin)
    if (found === none) tellUnlisted?.origin(origin, incoming.headers.host)
    return found
  }

  return {
    headers,
    headersFor,
    isAllowedOrigin: (origin) => headersByOrigin.has(origin),
    preflight(incoming) {
      const allowed = headers(incoming)
      if (allowed === none) return none
      for (const name of requestedHeaders(incoming)) {
        if (!allowedHeaders.has(name)) tellUnlisted?.header(name)
      }
      return {
        ...allowed,
        'access-control-allow-methods': 'GET, POST',
        'access-control-allow-headers': allowedHeadersText,
        'access-control-max-age': '600',
      }
    },
  }
}

function requestedHeaders({ headers }: IncomingMessage): string[] {
  const names = headers['access-control-request-headers'] ?? ''
  return names.split(',').map((name) => name.trim().toLowerCase())
}
