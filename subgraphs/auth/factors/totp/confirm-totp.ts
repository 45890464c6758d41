// The end of enrolling an authenticator app: a first code shows that the app has the secret. It proves the factor for this
// session at once; its tokens say so from their next refresh on.
import type { Caller } from '../../core/caller.ts'
import { transact } from '../../core/database.ts'
import type { AuthDeps } from '../../core/dependencies.ts'
import { AuthError } from '../../core/errors.ts'
import { id, type Limits, parseInput, text } from '../../core/input.ts'
import type { ConfirmTotpInput } from '../../generated.ts'
import { requireLiveSession } from '../../sessions/live-session.ts'
import { addFactor } from '../enrolled/add-factor.ts'
import { EnrolledFactor, findOwnFactor } from '../enrolled/enrolled-factor.ts'
import { raiseSession } from '../enrolled/raise-session.ts'
import { requireFurtherProof } from '../enrolled/require-further-proof.ts'
import { totp } from './totp.ts'
import { acceptStep, findStep } from './totp-secret.ts'

const limits = { factorId: id, code: text(64) } satisfies Limits<ConfirmTotpInput>

/** As long as the proof that `startTotp` asked for. */
const MAX_MINUTES = 15

/**
 * The session knows the secret, so codes need no counting: nothing is to be guessed.
 * @throws AuthError VERIFICATION_FAILED for a wrong code, and for what another session began or what is too old
 */
export async function confirmTotp(
  deps: AuthDeps,
  caller: Caller,
  input: ConfirmTotpInput,
): Promise<EnrolledFactor> {
  const { factorId, code } = parseInput(limits, input)
  return await transact(deps.db, async (trx) => {
    const live = await requireLiveSession(trx, caller.claims)
    const { user, session } = live
    // Another one may have been confirmed since this one was begun.
    await requireFurtherProof(trx, deps, live)
    const begun = await EnrolledFactor.query(trx)
      .findOne({ id: factorId, user_id: user.id, session_id: session.id, kind: 'TOTP' })
      .whereNull('confirmed_at')
      .whereRaw("created_at > now() - ? * interval '1 minute'", [MAX_MINUTES])
    if (begun === undefined) throw failed()
    const keys = deps.config.secrets.keyEncryptionKey
    const step = await findStep(trx, keys, { userId: user.id, code, factorId })
    if (step === null || !(await acceptStep(trx, step))) throw failed()
    await raiseSession(trx, session.id, totp.amr())
    await addFactor(trx, deps, caller, { user, factor: begun })
    return await findOwnFactor(trx, user.id, factorId)
  })
}

function failed(): AuthError {
  return new AuthError('VERIFICATION_FAILED', {
    message: 'The code is wrong, or it is too late: begin again with startTotp.',
  })
}
