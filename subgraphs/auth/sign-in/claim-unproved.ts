// Anyone who signs in by mail at an address that an import only claimed is the first to prove it. Anyone who used the account
// before may be somebody else: what they hold stops working, as it does after a reset.
import type { Knex } from 'knex'
import { claimAccount } from '../account-security/claim-account.ts'
import { recordAudit } from '../core/audit/record.ts'
import type { Caller } from '../core/caller.ts'
import { endSessionsOf } from '../sessions/end-sessions.ts'
import { raiseTokenVersion } from '../users/raise-token-version.ts'
import { findUserWithRoles, type UserWithRoles } from '../users/user.ts'
import { voidVerifications } from '../verifications/void-verifications.ts'

export interface Claim {
  /** Locked. */
  readonly user: UserWithRoles
  readonly mailbox: string | null
  /** The session that waits within this very sign-in. */
  readonly session_id: string | null
}

/** The challenge is consumed by now. @returns the user as they are afterwards */
export async function claimUnproved(
  trx: Knex,
  { origin }: Pick<Caller, 'origin'>,
  { user, mailbox, session_id }: Claim,
): Promise<UserWithRoles> {
  if (user.email_verified || user.email_normalized !== mailbox) return user
  const actor = { kind: 'user', id: user.id } as const
  await trx('users')
    .where('id', user.id)
    .update({ password_hash: null, password_pepper_version: null })
  await raiseTokenVersion(trx, user.id)
  await claimAccount(trx, origin, user)
  await endSessionsOf(trx, origin, {
    userId: user.id,
    reason: 'address-proved',
    actor,
    ...(session_id !== null && { except: session_id }),
  })
  await trx('known_devices').where('user_id', user.id).delete()
  await voidVerifications(trx, user.id)
  await recordAudit(trx, origin, { action: 'account.claimed', actor, userId: user.id })
  return (await findUserWithRoles(trx, user.id)) ?? user
}
