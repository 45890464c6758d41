// Adds the address whose code was proved; the primary address is told, and can undo it.
import { recordAudit } from '../core/audit/record.ts'
import type { Caller } from '../core/caller.ts'
import { transact } from '../core/database.ts'
import type { AuthDeps } from '../core/dependencies.ts'
import { AuthError } from '../core/errors.ts'
import { emitEvent } from '../core/events/emit.ts'
import { id, type Limits, parseInput, text } from '../core/input.ts'
import { requireFurtherProof } from '../factors/enrolled/require-further-proof.ts'
import type { VerifyEmailInput } from '../generated.ts'
import { requireLiveSession } from '../sessions/live-session.ts'
import { emailsOf, insertEmail, requireRoom, type UserEmail } from '../users/user-email.ts'
import { checkCode } from '../verifications/check-code.ts'
import { consumeVerification } from '../verifications/consume-verification.ts'
import { notifyOfChange } from './notify-of-change.ts'

const limits = {
  verificationId: id,
  code: text(64),
} satisfies Limits<VerifyEmailInput>

/** @throws AuthError STEP_UP_REQUIRED; VERIFICATION_FAILED, for the code of another person's address as well; CONFLICT when there are too many */
export async function verifyEmail(
  deps: AuthDeps,
  caller: Caller,
  input: VerifyEmailInput,
): Promise<UserEmail> {
  const { origin } = caller
  const { verificationId, code } = parseInput(limits, input)
  const verification = await checkCode(deps, caller, {
    verificationId,
    code,
    purposes: ['EMAIL'],
    flowSecret: null,
  })
  return await transact(deps.db, async (trx) => {
    const live = await requireLiveSession(trx, caller.claims)
    const { user, session } = live
    await requireFurtherProof(trx, deps, live)
    if (verification.user_id !== user.id) throw failed()
    // Again: several codes may have been asked for while there was room.
    requireRoom(await emailsOf(trx, user.id))
    await consumeVerification(trx, verification)
    const { email: changed } = verification
    await notifyOfChange(trx, deps, { kind: 'added', user, sessionId: session.id, changed })
    const email = await insertEmail(trx, {
      userId: user.id,
      email: { address: verification.email, normalized: verification.email_normalized },
      isVerified: true,
    })
    if (email === null) throw failed()
    await recordAudit(trx, origin, {
      action: 'email.added',
      actor: { kind: 'user', id: user.id },
      userId: user.id,
      sessionId: session.id,
      detail: { emailId: email.id },
    })
    await emitEvent(trx, 'user.updated', user.id, { changed: ['emails'] })
    return email
  })
}

function failed(): AuthError {
  return new AuthError('VERIFICATION_FAILED', { attemptsRemaining: 0 })
}
