// The session of the caller as the database has it now: a privileged write never trusts a token's age.
import { type Claims, mayEver } from '@sallyport/claims'
import type { Knex } from 'knex'
import { AuthError } from '../core/errors.ts'
import { findUserWithRoles, type UserWithRoles } from '../users/user.ts'
import { Session } from './session.ts'

/**
 * Reads and locks the caller's user and session, so that neither is revoked between check and commit. Writes of one
 * person happen one after the other: user first, then whatever is theirs, is the order in which everybody locks.
 * @throws AuthError UNAUTHENTICATED, with reason SESSION_REVOKED when it was ended
 */
export async function requireLiveSession(
  trx: Knex,
  claims: Claims,
): Promise<{ session: Session; user: UserWithRoles }> {
  if (!mayEver(claims, 'session') || claims.sessionId === null || claims.subject === null) {
    throw new AuthError('UNAUTHENTICATED', { reason: 'CREDENTIALS_MISSING' })
  }
  return await requireOpenSession(trx, {
    session: { id: claims.sessionId },
    user: { id: claims.subject },
  })
}

/**
 * The same for somebody who was identified otherwise.
 * @throws AuthError UNAUTHENTICATED, with reason SESSION_REVOKED when it was ended
 */
export async function requireOpenSession(
  trx: Knex,
  of: { readonly session: { readonly id: string }; readonly user: { readonly id: string } },
): Promise<{ session: Session; user: UserWithRoles }> {
  const user = await findUserWithRoles(trx, of.user.id, 'update')
  const session = await Session.query(trx)
    .findOne({ id: of.session.id, user_id: of.user.id, status: 'ACTIVE' })
    .whereRaw('expires_at > now()')
    .forShare()
  if (session === undefined || user?.status !== 'ACTIVE') {
    throw new AuthError('UNAUTHENTICATED', {
      reason: 'SESSION_REVOKED',
      message: 'This session has ended.',
    })
  }
  return { session, user }
}
