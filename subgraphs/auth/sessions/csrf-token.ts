// The CSRF token of a cookie session: an HMAC over the session's id, so no other session's token fits (OWASP CSRF cheat sheet).
import { createHmac } from 'node:crypto'
import { sha256 } from '../core/identifiers.ts'
import type { VersionedSecret } from '../core/secret.ts'
import type { Session } from './session.ts'

/** null for sessions without cookies. */
export function csrfTokenFor(session: Session, codeKey: VersionedSecret): string | null {
  if (session.delivery !== 'COOKIE' || session.csrf_key_version === null) return null
  const key = Buffer.from(codeKey.version(session.csrf_key_version).release(), 'base64')
  return createHmac('sha256', key).update(`csrf\0${session.id}`).digest('base64url')
}

/** What the access token carries: the gateway compares without holding the key. */
export function csrfClaim(csrfToken: string | null): string | null {
  return csrfToken === null ? null : sha256(csrfToken)
}
