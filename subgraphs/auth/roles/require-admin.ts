// The admin who acts, as the database has them now: a privileged write never trusts a token's age (ASVS 8.3.2).
import type { Claims } from '@sallyport/claims'
import type { Knex } from 'knex'
import { ApiKey } from '../api-keys/api-key.ts'
import { effectiveGrants } from '../api-keys/grants.ts'
import type { AuditEvent } from '../core/audit/record.ts'
import { AuthError } from '../core/errors.ts'
import { requireLiveSession } from '../sessions/live-session.ts'
import { findUserWithRoles, type UserWithRoles } from '../users/user.ts'
import { rankOfRoles } from './rank.ts'

export interface Admin {
  /** With an API key: its owner. */
  readonly user: UserWithRoles
  /** The highest rank of the roles that act: an API key has no more than it was given. */
  readonly rank: number
  /** The part of an audit record that says who acted, and through what. */
  readonly by: Pick<AuditEvent, 'actor' | 'sessionId' | 'apiKeyId'>
}

/**
 * Reads and locks the caller's user (`for share`), so that the role is not taken away between check and commit.
 * @throws AuthError FORBIDDEN without the role; STEP_UP_REQUIRED for an admin who has not signed in, or proved the further factor that
 *   they hold, a short while ago; UNAUTHENTICATED when session or key have ended
 */
export async function requireAdmin(trx: Knex, claims: Claims): Promise<Admin> {
  const { user, roles, by } =
    claims.kind === 'api-key' ? await byKey(trx, claims) : await bySession(trx, claims)
  if (!roles.includes('admin')) throw new AuthError('FORBIDDEN')
  return { user, rank: await rankOfRoles(trx, roles), by }
}

/** A refresh token lives for weeks: whoever steals an admin's has the session, and not the office. */
const MAX_AGE_SECONDS = 900

type Acting = Pick<Admin, 'user' | 'by'> & { readonly roles: readonly string[] }

async function bySession(trx: Knex, claims: Claims): Promise<Acting> {
  const { user, session } = await requireLiveSession(trx, claims)
  const { further_methods: further } = user
  // With a factor it is that which counts: a session from before it was enrolled may be anyone's who knew the password.
  const proof = further.length > 0 ? 'mfa_at' : 'authenticated_at'
  const recent = await trx('sessions')
    .where('id', session.id)
    .whereRaw("?? > now() - ? * interval '1 second'", [proof, MAX_AGE_SECONDS])
    .first('id')
  if (recent === undefined) {
    const methods = further.length > 0 ? further : claims.stepUp
    throw new AuthError('STEP_UP_REQUIRED', {
      challenge: { methods, maxAgeSeconds: MAX_AGE_SECONDS },
    })
  }
  const by = { actor: { kind: 'user', id: user.id }, sessionId: session.id } as const
  return { user, roles: user.roles, by }
}

async function byKey(trx: Knex, { keyId }: Claims): Promise<Acting> {
  const key = await ApiKey.query(trx)
    .findOne({ id: keyId ?? '', status: 'ACTIVE' })
    .whereRaw('(expires_at is null or expires_at > now())')
    .forShare()
  const user = key && (await findUserWithRoles(trx, key.user_id, 'share'))
  if (key === undefined || user?.status !== 'ACTIVE') {
    throw new AuthError('UNAUTHENTICATED', { reason: 'API_KEY_INVALID' })
  }
  const { roles } = await effectiveGrants(trx, key, user)
  const actor = { kind: 'api-key', id: key.id, ownerId: user.id } as const
  return { user, roles, by: { actor, apiKeyId: key.id } }
}
