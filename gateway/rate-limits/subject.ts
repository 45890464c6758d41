// Whom a request counts for.
import type { Claims } from '@sallyport/claims'
import { networkOf } from '@sallyport/claims/networks'
import type { RateLimit } from './settings.ts'

export interface Asking {
  readonly address: string
  /** Nobody yet, before the credential was looked at. */
  readonly claims: Claims | null
}

/** With the kind of what it names, so that an id and an address can never meet. Null: it does not count for this limit. */
export function subjectOf({ by }: Pick<RateLimit, 'by'>, asking: Asking): string | null {
  const { claims, address } = asking
  if (by === 'address') return `address:${networkOf(address)}`
  if (by === 'key') return claims?.keyId ? `key:${claims.keyId}` : null
  if (claims?.subject) return `user:${claims.subject}`
  if (claims?.clientId) return `client:${claims.clientId}`
  return `address:${networkOf(address)}`
}
