// Ends an account: every token, the account itself, and the order to all who hold data of it, in one transaction.
import type { Knex } from 'knex'
import { revokeKeysOf } from '../api-keys/revoke-keys-of.ts'
import type { AuthConfig } from '../config.ts'
import { type AuditEvent, recordAudit } from '../core/audit/record.ts'
import type { RequestOrigin } from '../core/caller.ts'
import { emitEvent } from '../core/events/emit.ts'
import { newId, sha256 } from '../core/identifiers.ts'
import { lockAdmins, requireAnotherAdmin } from '../roles/last-admin.ts'
import { endSessions } from '../sessions/end-sessions.ts'
import { notifyAddresses } from '../users/notify-addresses.ts'
import { raiseTokenVersion } from '../users/raise-token-version.ts'
import { findUserWithRoles, type UserWithRoles } from '../users/user.ts'
import { emailsOf } from '../users/user-email.ts'
import { completeErasure } from './complete-erasure.ts'
import type { Erasure, ErasureWithReceipts } from './erasure.ts'
import { findErasure } from './list-erasures.ts'

export interface EraseUser {
  readonly user: UserWithRoles
  readonly requestedBy: Erasure['requested_by']
  readonly actor: AuditEvent['actor']
  readonly origin: RequestOrigin
}

interface ErasureDeps {
  readonly config: Pick<AuthConfig, 'erasureDeadlineDays'>
  readonly participants: readonly string[]
}

export interface StartedErasure {
  /** Told once. */
  readonly receiptId: string
  readonly erasure: ErasureWithReceipts
}

/**
 * Takes the locks that `eraseUser` needs, in the one order that cannot deadlock: call it first in the transaction.
 *
 * @returns the user as they are now
 */
export async function lockForErasure(
  trx: Knex,
  userId: string,
): Promise<UserWithRoles | undefined> {
  await lockAdmins(trx)
  return await findUserWithRoles(trx, userId, 'update')
}

/** @throws AuthError LAST_ADMIN */
export async function eraseUser(
  trx: Knex,
  deps: ErasureDeps,
  { user, requestedBy, actor, origin }: EraseUser,
): Promise<StartedErasure> {
  if (user.roles.includes('admin')) await requireAnotherAdmin(trx, user.id)
  const ended = await endCredentials(trx, origin, user, actor)
  const receiptId = newId('rcp')
  const id = newId('era')
  const deadline = new Date(Date.now() + deps.config.erasureDeadlineDays * 86_400_000)
  const eventId = await emitEvent(trx, 'user.erasure.requested', user.id, {
    erasureId: id,
    deadline: deadline.toISOString(),
  })
  await trx('erasures').insert({
    id,
    receipt_hash: sha256(receiptId),
    user_id: user.id,
    requested_by: requestedBy,
    event_id: eventId,
    deadline_at: deadline,
  })
  await recordAudit(trx, origin, {
    action: 'user.erasure-requested',
    actor,
    userId: user.id,
    kept: { erasureId: id },
  })
  await removeAccount(trx, user)
  await trx('erasure_receipts').insert([
    // Auth's own part is done when this transaction is.
    {
      erasure_id: id,
      subgraph: 'auth',
      completed_at: trx.fn.now(),
      erased: 1 + ended,
      anonymised: 0,
    },
    ...deps.participants.map((subgraph) => ({ erasure_id: id, subgraph })),
  ])
  if (deps.participants.length === 0) await completeErasure(trx, id)
  const erasure = await findErasure(trx, receiptId)
  if (erasure === null) throw new Error('an erasure of this transaction is gone')
  return { receiptId, erasure }
}

/** @returns how many sessions and keys there were, over or not */
async function endCredentials(
  trx: Knex,
  origin: RequestOrigin,
  user: UserWithRoles,
  actor: AuditEvent['actor'],
): Promise<number> {
  const sessionIds: string[] = await trx('sessions').where('user_id', user.id).pluck('id')
  await endSessions(trx, origin, { sessionIds, reason: 'account-deleted', actor })
  const keyIds: string[] = await trx('api_keys').where('user_id', user.id).pluck('id')
  await revokeKeysOf(trx, origin, { userId: user.id, actor })
  await raiseTokenVersion(trx, user.id)
  return sessionIds.length + keyIds.length
}

/**
 * Tables that refer to users lose their rows with the user (`on delete cascade`). What knows a person by the address
 * alone is removed here.
 */
async function removeAccount(trx: Knex, user: UserWithRoles): Promise<void> {
  await trx('audit_personal').where('person', user.id).delete()
  const addresses = await emailsOf(trx, user.id)
  const spelt = addresses.map(({ email }) => email)
  const normalized = addresses.map(({ email_normalized }) => email_normalized)
  await trx('mail_outbox').whereIn('recipient', spelt).delete()
  await trx('verifications').whereIn('email_normalized', normalized).delete()
  await trx('address_rules').where('created_by', user.id).update({ created_by: null })
  await trx('users').where('id', user.id).delete()
  await notifyAddresses(trx, addresses, { template: 'account-deleted', data: {} })
}
