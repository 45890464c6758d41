// What a resolver knows of a request: the caller, and beside that what the door needs, as the cookies that go back.
import type { IncomingHttpHeaders } from 'node:http'
import { anonymousClaims, type Claims } from '@sallyport/claims'
import type DataLoader from 'dataloader'
import type { Caller, ClientCredentials } from './core/caller.ts'
import { deadlineOf } from './core/deadline.ts'
import type { AuthDeps } from './core/dependencies.ts'
import { createUserLoader } from './users/load-users.ts'
import type { UserWithRoles } from './users/user.ts'

export interface AuthContext extends Caller {
  readonly deps: AuthDeps
  /** Replaced once, when a mutation that makes a credential has made it: below `SignedIn` the new principal reads. */
  claims: Claims
  readonly setCookies: string[]
  readonly users: DataLoader<string, UserWithRoles | null>
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
      pageForm: text(headers['sallyport-client-form'], 128),
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
