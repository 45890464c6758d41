// Takes away the addresses that somebody may have added who was in: with one of them they would ask for a new password.
import type { Knex } from 'knex'
import { emitEvent } from '../core/events/emit.ts'
import type { EmailAddress } from './normalize-email.ts'
import type { User } from './user.ts'

export interface DropAddresses {
  readonly since: Date
  /** Whose mailbox tells of the intruder: it stays, and is the primary one when that goes. */
  readonly told: EmailAddress
}

/** Call it with the user's row locked. What the removed addresses were told in that time undoes nothing any more. */
export async function dropAddressesSince(
  trx: Knex,
  user: User,
  { since, told }: DropAddresses,
): Promise<void> {
  const rows: { email_normalized: string }[] = await trx('user_emails')
    .where('user_id', user.id)
    .where('created_at', '>=', since)
    .whereNot('email_normalized', told.normalized)
    .delete()
    .returning('email_normalized')
  if (rows.length === 0) return
  const removed = rows.map((row) => row.email_normalized)
  await trx('verifications')
    .where({ user_id: user.id, purpose: 'EMAIL_UNDO' })
    .whereIn('email_normalized', removed)
    .where('created_at', '>=', since)
    .whereNull('consumed_at')
    .update({ consumed_at: trx.fn.now() })
  if (!removed.includes(user.email_normalized)) {
    await emitEvent(trx, 'user.updated', user.id, { changed: ['emails'] })
    return
  }
  await trx('users').where('id', user.id).update({
    email: told.address,
    email_normalized: told.normalized,
    email_verified: true,
    updated_at: trx.fn.now(),
  })
  await emitEvent(trx, 'user.email_changed', user.id, {})
}
