// Anyone who signs in by mail at an address that an import only claimed is the first to prove it. Anyone who used the account
// before may be somebody else: what they hold stops working, as it does after a reset.
import type { Knex } from 'knex'
import { claimAccount } from '../account-security/claim-account.ts'
import { recordAudit } from '../core/audit/record.ts'
import type { Caller } from '../core/caller.ts'
import { endSessionsOf } from '../sessions/end-sessions.ts'
import { proveAddress } from '../users/prove-address.ts'
import { raiseTokenVersion } from '../users/raise-token-version.ts'
import { findUserWithRoles, type UserWithRoles } from '../users/user.ts'
import type { Verification } from '../verifications/verification.ts'
import { voidVerifications } from '../verifications/void-verifications.ts'

export interface Claim {
  /** Locked. */
  readonly user: UserWithRoles
  readonly mailbox: string | null
  /** The challenge of this very sign-in: it goes on, and so does the session that waits in it. */
  readonly challenge: Verification
}

/** Before anything else is asked for: else the owner would be asked for what somebody else enrolled. @returns the user as they are afterwards */
export async function claimUnproved(
  trx: Knex,
  { origin }: Pick<Caller, 'origin'>,
  { user, mailbox, challenge }: Claim,
): Promise<UserWithRoles> {
  if (user.email_verified || user.email_normalized !== mailbox) return user
  const { session_id } = challenge
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
  await voidVerifications(trx, user.id, { except: challenge })
  // From now on: what the owner enrols in the steps that follow is theirs.
  await proveAddress(trx, user, mailbox)
  await recordAudit(trx, origin, { action: 'account.claimed', actor, userId: user.id })
  return (await findUserWithRoles(trx, user.id)) ?? user
}
