// Ends what was begun under an old password: codes and reset links stop working. "This was not me" links stay.
import type { Knex } from 'knex'
import type { VerificationPurpose } from './verification.ts'

/** A stolen account is taken back with these: anyone who ends what was begun must not end them for its owner. */
export const KEPT_PURPOSES: readonly VerificationPurpose[] = ['EMAIL_UNDO', 'SESSION_REPORT']

export async function voidVerifications(trx: Knex, userId: string): Promise<void> {
  await trx('verifications')
    .where('user_id', userId)
    .whereNotIn('purpose', [...KEPT_PURPOSES])
    .whereNull('consumed_at')
    .update({ consumed_at: trx.fn.now() })
}
