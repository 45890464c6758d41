// Who asks, and from where: all that a verb knows of a request. Cookies and claims of the answer are set at the door.
import type { Claims } from '@sallyport/claims'
import type { TokenDelivery } from '../generated.ts'
import type { Deadline } from './deadline.ts'
import { AuthError, badInput } from './errors.ts'

export interface Caller {
  readonly claims: Claims
  readonly origin: RequestOrigin
  readonly client: ClientCredentials
  /** Anyone who will not be served by then is told so at once. */
  readonly deadline: Deadline
}

/** Where a request came from, as the gateway says beside a valid identity token. */
export interface RequestOrigin {
  readonly requestId: string | null
  readonly operationName: string | null
  /** SHA-256 of the client's operation. */
  readonly operationHash: string | null
  /** What the caller is signed in with. */
  readonly sessionId: string | null
  readonly apiKeyId: string | null
  readonly ipAddress: string | null
  readonly userAgent: string | null
}

/** Values of our cookies that the gateway passes on for the mutations that need them. */
export interface ClientCredentials {
  readonly refreshToken: string | null
  readonly flowSecret: string | null
  readonly deviceToken: string | null
  /** On a hosted page what ties its form to this browser, as the gateway has checked; null on the graph. */
  readonly pageForm: string | null
  /** The gateway's verdict on cookies for this request: https or loopback, an Origin of ours, and no other credential. */
  readonly cookies: 'allowed' | 'insecure' | 'origin' | 'unused'
}

/** @throws AuthError when the client asks for cookies that it must not or cannot have */
export function requireCookiesAllowed({ client }: Caller, delivery: TokenDelivery): void {
  if (delivery === 'BODY' || client.cookies === 'allowed') return
  if (client.cookies === 'insecure') {
    throw badInput(
      'input.delivery',
      'Cookies need https, or localhost for development: the browser drops them elsewhere. Use BODY, or open the page over https.',
    )
  }
  throw new AuthError('CSRF_FAILED', {
    message: 'Cookies need an Origin that is PUBLIC_URL or listed in CORS_ORIGINS.',
  })
}
