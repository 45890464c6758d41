// The answer to anyone who is signed in now: tokens in the body or in cookies, never both.
import { type Claims, FIRST_PARTY_CLIENT } from '@sallyport/claims'
import type { Knex } from 'knex'
import { AddressRule, admitsAdmin, rulesOfSettings } from '../core/address-rule.ts'
import type { Caller } from '../core/caller.ts'
import type { AuthDeps } from '../core/dependencies.ts'
import { AuthError } from '../core/errors.ts'
import type { CustomClaims } from '../users/custom-claims.ts'
import { stepUpMethods } from '../users/step-up-methods.ts'
import type { UserWithRoles } from '../users/user.ts'
import { signAccessToken } from './access-token.ts'
import { claimsForToken } from './claims-for-token.ts'
import { deviceCookie, sessionCookies } from './cookies.ts'
import { csrfClaim, csrfTokenFor } from './csrf-token.ts'
import type { Session } from './session.ts'

export interface SignedIn {
  readonly session: Session
  readonly user: UserWithRoles
  readonly accessTokenExpiresAt: Date
  readonly refreshTokenExpiresAt: Date
  readonly tokens: { tokenType: string; accessToken: string; refreshToken: string } | null
  readonly csrfToken: string | null
  readonly deviceToken: string | null
}

/** What a verb hands to the door when somebody is signed in. */
export interface Entered {
  readonly session: Session
  readonly user: UserWithRoles
  readonly refreshToken: string
  /** null on a device that has one. */
  readonly deviceToken: string | null
}

/** What is set at the door, in `graphql.ts`: cookies, and as whom the answer is read. */
export interface Door extends Caller {
  readonly deps: AuthDeps
  claims: Claims
  readonly setCookies: string[]
}

/** @throws AuthError FORBIDDEN for an admin who comes from a network where admins may not; SERVICE_UNAVAILABLE where a hook failed */
export async function issueTokens(context: Door, entered: Entered): Promise<SignedIn> {
  const { session, user, refreshToken, deviceToken } = entered
  await requireAddressOfAdmin(context.deps.db, context.deps, context, user)
  const csrfToken = csrfTokenFor(session, context.deps.config.secrets.codeKey)
  const custom = await claimsForToken(context.deps, context, entered)
  const access = await signAccessToken(context.deps, {
    session,
    user,
    custom,
    csrfHash: csrfClaim(csrfToken),
  })
  const expiresAt = session.endsAt
  if (csrfToken !== null) {
    const accessToken = access.token
    context.setCookies.push(...sessionCookies({ accessToken, refreshToken, csrfToken, expiresAt }))
    if (deviceToken !== null) context.setCookies.push(deviceCookie(deviceToken))
  }
  context.claims = claimsOf(session, user, custom)
  return {
    session,
    user,
    accessTokenExpiresAt: access.expiresAt,
    refreshTokenExpiresAt: expiresAt,
    tokens:
      csrfToken === null ? { tokenType: 'Bearer', accessToken: access.token, refreshToken } : null,
    csrfToken,
    deviceToken: csrfToken === null ? deviceToken : null,
  }
}

/**
 * The gateway takes these mutations for nobody's, and so cannot tell that an admin is behind them. A login asks in its
 * transaction, and leaves no session behind.
 */
export async function requireAddressOfAdmin(
  db: Knex,
  deps: Pick<AuthDeps, 'config'>,
  { origin }: Pick<Caller, 'origin'>,
  user: UserWithRoles,
): Promise<void> {
  if (!user.roles.includes('admin')) return
  const rules = [...rulesOfSettings(deps.config), ...(await AddressRule.query(db))]
  if (admitsAdmin(rules, origin.ipAddress)) return
  throw new AuthError('FORBIDDEN', {
    message: 'The graph cannot be used from this network.',
    reason: 'ADDRESS_DENIED',
  })
}

/** The principal that the new token will be: what is selected below `SignedIn` is read as this person. */
export function claimsOf(session: Session, user: UserWithRoles, custom: CustomClaims): Claims {
  return Object.freeze({
    kind: 'user',
    subject: user.id,
    sessionId: session.id,
    keyId: null,
    clientId: FIRST_PARTY_CLIENT,
    grantId: null,
    subjectIssuer: null,
    roles: Object.freeze([...user.roles]),
    scopes: Object.freeze([...user.scopes]),
    emailVerified: user.email_verified,
    amr: Object.freeze([...session.authentication_methods]),
    acr: session.acr,
    authTime: Math.floor(session.authenticated_at.getTime() / 1000),
    mfaTime: session.mfaTime,
    stepUp: Object.freeze(stepUpMethods(user)),
    custom: Object.freeze({ ...custom }),
  })
}
