// What an access token says (RFC 9068), made from the rows as they are now.

import { FIRST_PARTY_CLIENT } from '@sallyport/claims'
import type { AuthDeps } from '../core/dependencies.ts'
import { randomText } from '../core/identifiers.ts'
import type { CustomClaims } from '../users/custom-claims.ts'
import { stepUpMethods } from '../users/step-up-methods.ts'
import type { UserWithRoles } from '../users/user.ts'
import type { Session } from './session.ts'

export interface AccessToken {
  readonly token: string
  readonly expiresAt: Date
}

interface Contents {
  readonly session: Session
  readonly user: UserWithRoles
  readonly custom: CustomClaims
  /** base64url SHA-256 of the CSRF token, for cookie sessions alone. */
  readonly csrfHash: string | null
}

export async function signAccessToken(
  deps: AuthDeps,
  { session, user, custom, csrfHash }: Contents,
): Promise<AccessToken> {
  const issuedAt = Math.floor(Date.now() / 1000)
  const expiresAt = issuedAt + deps.config.accessTokenSeconds
  const token = await deps.keyring.sign({
    iss: deps.config.publicUrl,
    aud: deps.config.publicUrl,
    sub: user.id,
    sid: session.id,
    jti: randomText(16),
    iat: issuedAt,
    exp: expiresAt,
    client_id: FIRST_PARTY_CLIENT,
    scope: user.scopes.join(' '),
    roles: user.roles,
    ver: user.token_version,
    email_verified: user.email_verified,
    amr: session.authentication_methods,
    acr: session.acr,
    auth_time: Math.floor(session.authenticated_at.getTime() / 1000),
    ...(session.mfaTime !== null && { mfa_time: session.mfaTime }),
    step_up: stepUpMethods(user),
    ...(Object.keys(custom).length > 0 && { custom }),
    ...(csrfHash === null ? {} : { csrf: csrfHash }),
  })
  return { token, expiresAt: new Date(expiresAt * 1000) }
}
