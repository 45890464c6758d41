// What a resolver knows of a request: who asks, through which client, and which cookies go back.
import type { IncomingHttpHeaders } from 'node:http'
import { anonymousClaims, type Claims } from '@sallyport/claims'
import type DataLoader from 'dataloader'
import type { AuthDeps, RequestOrigin } from './core/dependencies.ts'
import { AuthError, badInput } from './core/errors.ts'
import { type Deadline, deadlineOf } from './core/turn.ts'
import type { TokenDelivery } from './sessions/session.ts'
import { createUserLoader } from './users/load-users.ts'
import type { UserWithRoles } from './users/user.ts'

export interface AuthContext {
  readonly deps: AuthDeps
  /** Replaced once, when a mutation that makes a credential has made it: below `SignedIn` the new principal reads. */
  claims: Claims
  readonly origin: RequestOrigin
  /** Whoever will not get a turn by then is told so at once. */
  readonly deadline: Deadline
  readonly client: ClientCredentials
  readonly setCookies: string[]
  readonly users: DataLoader<string, UserWithRoles | null>
}

/** Values of our cookies that the gateway passes on for the mutations that need them. */
export interface ClientCredentials {
  readonly refreshToken: string | null
  readonly flowSecret: string | null
  readonly deviceToken: string | null
  /** The gateway's verdict on cookies for this request: https or loopback, an Origin of ours, and no other credential. */
  readonly cookies: 'allowed' | 'insecure' | 'origin' | 'unused'
}

/** @param headers count only because `claims` come from a valid identity token of the same request */
export function createContext(
  deps: AuthDeps,
  claims: Claims,
  headers: IncomingHttpHeaders,
): AuthContext {
  return {
    deps,
    claims: claims.kind === 'gateway' ? anonymousClaims : claims,
    origin: {
      requestId: text(headers['sallyport-request-id'], 128),
      operationName: text(headers['sallyport-operation'], 128),
      operationHash: text(headers['sallyport-operation-hash'], 64),
      sessionId: claims.sessionId,
      apiKeyId: claims.keyId,
      ipAddress: text(headers['sallyport-client-address'], 64),
      userAgent: text(headers['sallyport-client-user-agent'], 512),
    },
    deadline: deadlineOf(performance.now(), deps.gatewayTimeoutMs),
    client: {
      refreshToken: text(headers['sallyport-client-refresh'], 512),
      flowSecret: text(headers['sallyport-client-flow'], 128),
      deviceToken: text(headers['sallyport-client-device'], 128),
      cookies: cookieVerdict(headers['sallyport-client-cookies']),
    },
    setCookies: [],
    users: createUserLoader(deps.db),
  }
}

function text(value: string | string[] | undefined, maxLength: number): string | null {
  return typeof value === 'string' && value !== '' ? value.slice(0, maxLength) : null
}

function cookieVerdict(value: unknown): ClientCredentials['cookies'] {
  return value === 'allowed' || value === 'insecure' || value === 'unused' ? value : 'origin'
}

/** @throws AuthError when the client asks for cookies that it must not or cannot have */
export function requireCookiesAllowed(context: AuthContext, delivery: TokenDelivery): void {
  if (delivery === 'BODY' || context.client.cookies === 'allowed') return
  if (context.client.cookies === 'insecure') {
    throw badInput(
      'input.delivery',
      'Cookies need https, or localhost for development: the browser drops them elsewhere. Use BODY, or open the page over https.',
    )
  }
  throw new AuthError('CSRF_FAILED', {
    message: 'Cookies need an Origin that is PUBLIC_URL or listed in CORS_ORIGINS.',
  })
}
