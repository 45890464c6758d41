// Ends what was begun under an old password: codes and reset links stop working. "This was not me" links stay.
import type { Knex } from 'knex'
import type { Verification, VerificationPurpose } from './verification.ts'

/** A stolen account is taken back with these: anyone who ends what was begun must not end them for its owner. */
export const KEPT_PURPOSES: readonly VerificationPurpose[] = ['EMAIL_UNDO', 'SESSION_REPORT']

export async function voidVerifications(
  trx: Knex,
  userId: string,
  { except }: { readonly except?: Pick<Verification, 'id_hash'> } = {},
): Promise<void> {
  await trx('verifications')
    .where('user_id', userId)
    .whereNotIn('purpose', [...KEPT_PURPOSES])
    .whereNull('consumed_at')
    .modify((query) => {
      if (except !== undefined) query.whereNot('id_hash', except.id_hash)
    })
    .update({ consumed_at: trx.fn.now() })
}
