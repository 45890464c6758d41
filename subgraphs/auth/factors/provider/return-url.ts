// Addresses that a sign-in may return to, as an operator lists them: a page, or an app by a scheme of its own (RFC 8252, section 7.1).
import { isLoopback } from '../../../../platform/loopback.ts'

/** A scheme of an app has a dot in it, as its owner's domain: no scheme that a browser runs does. */
const APP_SCHEME = /^[a-z][a-z0-9+-]*\.[a-z0-9.+-]+:$/

/** Plain http is for this machine, where native apps listen. */
export function isReturnUrl(text: string): boolean {
  if (!URL.canParse(text) || /[?#\s\\]/.test(text)) return false
  const { protocol, hostname, username, href } = new URL(text)
  if (href !== text || username !== '') return false
  if (protocol === 'https:') return true
  return protocol === 'http:' ? isLoopback(hostname) : APP_SCHEME.test(protocol)
}
