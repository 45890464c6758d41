// The end of adding a passkey: it is kept, and proved for this session at once.
import type { Knex } from 'knex'
import type { Caller } from '../../core/caller.ts'
import { transact } from '../../core/database.ts'
import type { AuthDeps } from '../../core/dependencies.ts'
import { AuthError } from '../../core/errors.ts'
import { sha256 } from '../../core/identifiers.ts'
import { id, type Limits, parseInput, trimmed } from '../../core/input.ts'
import type { ConfirmPasskeyInput } from '../../generated.ts'
import { requireLiveSession } from '../../sessions/live-session.ts'
import { Verification } from '../../verifications/verification.ts'
import { addFactor } from '../enrolled/add-factor.ts'
import { type EnrolledFactor, findOwnFactor } from '../enrolled/enrolled-factor.ts'
import { raiseSession } from '../enrolled/raise-session.ts'
import { requireFurtherProof } from '../enrolled/require-further-proof.ts'
import { passkeyAnswer } from './answer.ts'
import { heldChallenge } from './challenge.ts'
import { insertPasskey } from './insert-passkey.ts'
import { passkey } from './passkey.ts'
import { readRegistration } from './read-registration.ts'

const limits = {
  verificationId: id,
  response: passkeyAnswer,
  name: trimmed(100),
} satisfies Limits<ConfirmPasskeyInput>

/**
 * @throws AuthError VERIFICATION_FAILED: one answer for unknown, foreign, used, late and wrong; CONFLICT for a passkey that an
 *   account has already
 */
export async function confirmPasskey(
  deps: AuthDeps,
  caller: Caller,
  input: ConfirmPasskeyInput,
): Promise<EnrolledFactor> {
  const { verificationId, response, name } = parseInput(limits, input)
  const challenge = await takeBegun(deps.db, caller, verificationId)
  const made = await readRegistration(deps.config, { answer: JSON.stringify(response), challenge })
  if (made === null) throw failed()
  return await transact(deps.db, async (trx) => {
    const live = await requireLiveSession(trx, caller.claims)
    const { user, session } = live
    // Another one may have been confirmed since this one was begun.
    await requireFurtherProof(trx, deps, live)
    const owner = { user, sessionId: session.id, name: name || null }
    const factor = await insertPasskey(trx, made, owner)
    if (factor === null) {
      throw new AuthError('CONFLICT', { message: 'This passkey belongs to an account already.' })
    }
    await raiseSession(trx, session.id, passkey.amr())
    await addFactor(trx, deps, caller, { user, factor })
    return await findOwnFactor(trx, user.id, factor.id)
  })
}

/** Before anything of the answer is read, and for good: a wrong answer has used it up. */
async function takeBegun(db: Knex, { claims }: Caller, verificationId: string): Promise<string> {
  const [row] = await db('verifications')
    .where({
      id_hash: sha256(verificationId),
      purpose: 'PASSKEY',
      session_id: claims.sessionId ?? '',
    })
    .whereNull('consumed_at')
    .whereRaw('code_expires_at > now()')
    .update({ consumed_at: db.fn.now() })
    .returning('*')
  const challenge = row === undefined ? null : heldChallenge(Verification.fromDatabaseJson(row))
  if (challenge === null) throw failed()
  return challenge
}

function failed(): AuthError {
  return new AuthError('VERIFICATION_FAILED', {
    message: 'This passkey could not be added: begin again with startPasskey.',
    attemptsRemaining: 0,
  })
}
