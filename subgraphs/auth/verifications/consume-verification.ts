// Ends a challenge, or takes it one step on. Of parallel right answers one wins, in the statement that changes the row.
import type { Knex } from 'knex'
import { AuthError } from '../core/errors.ts'
import { type Beginnings, CODE_MINUTES, type Proof, Verification } from './verification.ts'

/** @throws AuthError VERIFICATION_FAILED for anyone who comes second, or after a newer code was sent */
export async function consumeVerification(trx: Knex, verification: Verification): Promise<void> {
  const consumed = await asSeen(trx, verification).update({ consumed_at: trx.fn.now() })
  if (consumed !== 1) throw new AuthError('VERIFICATION_FAILED', { attemptsRemaining: 0 })
}

export interface NextStep {
  readonly proved: readonly Proof[]
  readonly methods: Beginnings
  readonly userId: string
  readonly sessionId: string
}

/**
 * What was right is kept, and the next factor has attempts and minutes of its own.
 * @throws AuthError VERIFICATION_FAILED, as `consumeVerification` does
 */
export async function advanceVerification(
  trx: Knex,
  verification: Verification,
  { proved, methods, userId, sessionId }: NextStep,
): Promise<Verification> {
  const [row] = await asSeen(trx, verification)
    .update({
      step: trx.raw('step + 1'),
      attempts: 0,
      proved: JSON.stringify(proved),
      methods: Object.keys(methods),
      factor_state: JSON.stringify(methods),
      user_id: userId,
      session_id: sessionId,
      // The code that was mailed for the step before is right for none that follows.
      is_mailed: false,
      code_expires_at: trx.raw("least(expires_at, now() + ? * interval '1 minute')", [
        CODE_MINUTES,
      ]),
    })
    .returning('*')
  if (row === undefined) throw new AuthError('VERIFICATION_FAILED', { attemptsRemaining: 0 })
  return Verification.fromDatabaseJson(row)
}

function asSeen(trx: Knex, { id_hash, send_number, step }: Verification) {
  return trx('verifications').where({ id_hash, send_number, step }).whereNull('consumed_at')
}
