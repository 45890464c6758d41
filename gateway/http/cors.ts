// Which pages of other origins may read our answers: exactly those listed (Fetch standard, CORS protocol).
import type { IncomingMessage } from 'node:http'
import type { HeaderMap } from './security-headers.ts'

export interface Cors {
  /** Headers for an answer to this request. */
  headers(incoming: IncomingMessage): HeaderMap
  /** Headers for the answer to a preflight. */
  preflight(incoming: IncomingMessage): HeaderMap
  isAllowedOrigin(origin: string): boolean
}

const allowedHeaders = [
  'content-type',
  'authorization',
  'x-api-key',
  'x-api-secret',
  'x-csrf-token',
  'x-apollo-operation-name',
  'apollo-require-preflight',
  'apollographql-client-name',
  'apollographql-client-version',
].join(', ')

const none: HeaderMap = Object.freeze({})

export function createCors(options: { publicUrl: string; corsOrigins: readonly string[] }): Cors {
  const origins = new Set([options.publicUrl, ...options.corsOrigins])
  const headersByOrigin = new Map<string, HeaderMap>(
    [...origins].map((origin) => [
      origin,
      Object.freeze({
        'access-control-allow-origin': origin,
        'access-control-allow-credentials': 'true',
        'access-control-expose-headers': 'retry-after, www-authenticate, x-request-id',
      }),
    ]),
  )

  function headers(incoming: IncomingMessage): HeaderMap {
    const { origin } = incoming.headers
    return (origin !== undefined && headersByOrigin.get(origin)) || none
  }

  return {
    headers,
    isAllowedOrigin: (origin) => origins.has(origin),
    preflight(incoming) {
      const allowed = headers(incoming)
      if (allowed === none) return none
      return {
        ...allowed,
        'access-control-allow-methods': 'GET, POST',
        'access-control-allow-headers': allowedHeaders,
        'access-control-max-age': '600',
      }
    },
  }
}
