// Claims of the deployment's own in an access token: of the roles, of the person, and what the hook `claims` adds.
import type { Caller } from '../core/caller.ts'
import type { AuthDeps } from '../core/dependencies.ts'
import { type CustomClaims, effectiveClaims } from '../users/custom-claims.ts'
import type { UserWithRoles } from '../users/user.ts'
import type { Session } from './session.ts'

/** @throws AuthError SERVICE_UNAVAILABLE where the hook failed */
export async function claimsForToken(
  { hooks }: Pick<AuthDeps, 'hooks'>,
  { origin }: { readonly origin: Pick<Caller['origin'], 'requestId' | 'ipAddress' | 'userAgent'> },
  { session, user }: { readonly session: Session; readonly user: UserWithRoles },
): Promise<CustomClaims> {
  const custom = effectiveClaims(user)
  if (hooks.claims === null) return custom
  const added = await hooks.claims.run({
    requestId: origin.requestId,
    clientAddress: origin.ipAddress,
    userAgent: origin.userAgent,
    userId: user.id,
    sessionId: session.id,
    email: user.email,
    roles: user.roles,
    scopes: user.scopes,
    custom,
  })
  return { ...custom, ...added?.claims }
}
