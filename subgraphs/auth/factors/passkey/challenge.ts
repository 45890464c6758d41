// The challenge of a passkey: random, kept with the verification, and taken from it by the first answer, before that is read. An
// answer that was wrong has used it up all the same.
//
//   startPasskeyLogin ──► factor_state.PASSKEY.challenge ──first answer──► gone
import type { Knex } from 'knex'
import type { Verification } from '../../verifications/verification.ts'

/** The one that this challenge was read with; null: none was asked for, or it is used up. */
export function heldChallenge({ factor_state }: Pick<Verification, 'factor_state'>): string | null {
  const held = factor_state.PASSKEY?.challenge
  return typeof held === 'string' ? held : null
}

/** Of parallel answers one gets it. */
export async function takeChallenge(db: Knex, verification: Verification): Promise<string | null> {
  const held = heldChallenge(verification)
  if (held === null) return null
  const taken = await db('verifications')
    .where('id_hash', verification.id_hash)
    .whereNull('consumed_at')
    .whereRaw("factor_state #>> '{PASSKEY,challenge}' = ?", [held])
    .update({ factor_state: db.raw("factor_state #- '{PASSKEY,challenge}'") })
  return taken === 1 ? held : null
}

/** In place of the one before. */
export async function putChallenge(db: Knex, idHash: string, challenge: string): Promise<void> {
  await db('verifications')
    .where('id_hash', idHash)
    .update({
      factor_state: db.raw("jsonb_set(factor_state, '{PASSKEY,challenge}', to_jsonb(?::text))", [
        challenge,
      ]),
    })
}
