// Begins to add an e-mail address to one's account: it counts once the code that is mailed there was proved.
import { recordAudit } from '../core/audit/record.ts'
import type { Caller } from '../core/caller.ts'
import type { AuthDeps } from '../core/dependencies.ts'
import { badInput } from '../core/errors.ts'
import { type Limits, parseInput } from '../core/input.ts'
import { strangersMail, transactMailing } from '../core/throttling/count-mail.ts'
import { requireFurtherProof } from '../factors/enrolled/require-further-proof.ts'
import type { AddEmailInput } from '../generated.ts'
import { requireLiveSession } from '../sessions/live-session.ts'
import { emailInput, parseEmail } from '../users/normalize-email.ts'
import { findUserByEmail } from '../users/user.ts'
import { emailsOf, requireRoom } from '../users/user-email.ts'
import { type BegunVerification, beginVerification } from '../verifications/begin-verification.ts'

const limits = { email: emailInput } satisfies Limits<AddEmailInput>

/**
 * The e-mail address of another account gets the same answer, and its owner a mail that says so.
 * @throws AuthError BAD_USER_INPUT; CONFLICT when there are too many
 */
export async function addEmail(
  deps: AuthDeps,
  caller: Caller,
  input: AddEmailInput,
): Promise<BegunVerification> {
  const { origin } = caller
  const email = parseEmail(parseInput(limits, input).email)
  const mail = { to: email.normalized, purpose: 'EMAIL', address: origin.ipAddress } as const
  return await transactMailing(deps, strangersMail(deps, mail), async (trx, { isMailed }) => {
    const live = await requireLiveSession(trx, caller.claims)
    const { user, session } = live
    await requireFurtherProof(trx, deps, live)
    const own = await emailsOf(trx, user.id)
    if (own.some((one) => one.email_normalized === email.normalized)) {
      throw badInput('input.email', 'This e-mail address is yours already.')
    }
    requireRoom(own)
    const isTaken = (await findUserByEmail(trx, email)) !== undefined
    await recordAudit(trx, origin, {
      action: 'email.addition-requested',
      actor: { kind: 'user', id: user.id },
      userId: user.id,
      sessionId: session.id,
    })
    return await beginVerification(trx, deps.config, {
      purpose: 'EMAIL',
      email,
      template: isTaken ? 'address-taken' : 'email-code',
      userId: user.id,
      sessionId: session.id,
      isDecoy: isTaken,
      isSilent: !isMailed,
    })
  })
}
