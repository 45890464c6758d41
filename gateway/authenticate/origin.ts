// Whether a request may use our cookies: it comes from a page we know, over a connection that keeps them secret.
import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { isLoopback } from '../../platform/loopback.ts'
import type { Caller } from '../http/client-address.ts'
import type { Cors } from '../http/cors.ts'

/** What auth is told about cookies: use them, or why not. `unused`: they belong to another session than the request. */
export type CookieUse = 'allowed' | 'insecure' | 'origin' | 'unused'

export function cookieUse(incoming: IncomingMessage, caller: Caller, cors: Cors): CookieUse {
  if (!keepsCookies(incoming, caller)) return 'insecure'
  return isAllowedOrigin(incoming, cors) ? 'allowed' : 'origin'
}

/** Browsers keep our cookies over https, and on the machine itself. */
export function keepsCookies({ headers }: IncomingMessage, { isSecure }: Caller): boolean {
  return isSecure || isLoopback(hostname(headers.host ?? ''))
}

/** `Origin` decides; a browser that sends none must say that the page is our own. */
export function isAllowedOrigin({ headers }: IncomingMessage, cors: Cors): boolean {
  const { origin } = headers
  if (origin !== undefined) return cors.isAllowedOrigin(origin)
  return headers['sec-fetch-site'] === 'same-origin'
}

/** Whether the header is the CSRF token of this very session: its SHA-256 is in the signed token. */
export function isCsrfTokenOf(claim: string, header: string | string[] | undefined): boolean {
  if (typeof header !== 'string' || header === '') return false
  const expected = Buffer.from(claim, 'base64url')
  const actual = createHash('sha256').update(header).digest()
  return expected.byteLength === actual.byteLength && timingSafeEqual(expected, actual)
}

function hostname(host: string): string {
  return host.replace(/:\d+$/, '')
}
