// The "This was not me" links of an account that still work: who holds one can take the account back.
import type { Knex } from 'knex'
import { Verification } from '../verifications/verification.ts'

/** Oldest first: the address of the first was primary before any of the others. Hold the user's row locked. */
export async function openUndosOf(trx: Knex, userId: string): Promise<Verification[]> {
  return await Verification.query(trx)
    .where({ user_id: userId, purpose: 'EMAIL_UNDO' })
    .whereNull('consumed_at')
    .whereRaw('expires_at > now()')
    .orderBy('created_at')
    .forUpdate()
}
