// Mails a code and a link for a new password. Whether the e-mail address has an account, nobody learns who does not read its mail.
import { recordAudit } from '../core/audit/record.ts'
import type { Caller } from '../core/caller.ts'
import type { AuthDeps } from '../core/dependencies.ts'
import { type Limits, parseInput } from '../core/input.ts'
import { strangersMail, transactMailing } from '../core/throttling/count-mail.ts'
import { limitNetwork } from '../core/throttling/limit-network.ts'
import type { RequestPasswordResetInput } from '../generated.ts'
import { emailInput, parseEmail } from '../users/normalize-email.ts'
import { findUserByEmail } from '../users/user.ts'
import { UserEmail } from '../users/user-email.ts'
import { type BegunVerification, beginVerification } from '../verifications/begin-verification.ts'

const limits = {
  email: emailInput,
} satisfies Limits<RequestPasswordResetInput>

/**
 * An unknown e-mail address gets the same answer and the same work; its mail says that there is no account.
 * @throws AuthError BAD_USER_INPUT, RATE_LIMITED
 */
export async function requestPasswordReset(
  deps: AuthDeps,
  caller: Caller,
  input: RequestPasswordResetInput,
): Promise<BegunVerification> {
  const { origin } = caller
  const email = parseEmail(parseInput(limits, input).email)
  await limitNetwork(deps, 'reset-network', origin.ipAddress)
  const mail = {
    to: email.normalized,
    purpose: 'PASSWORD_RESET',
    address: origin.ipAddress,
  } as const
  return await transactMailing(deps, strangersMail(deps, mail), async (trx, { isMailed }) => {
    const user = await findUserByEmail(trx, email)
    const isReal = user !== undefined && user.status !== 'SUSPENDED'
    // Mail goes to the e-mail address as it is stored, never as it was typed (GitHub, 2016).
    const stored = await UserEmail.query(trx).findOne('email_normalized', email.normalized)
    await recordAudit(trx, origin, {
      action: 'password.reset-requested',
      actor: { kind: 'anonymous' },
      userId: user?.id ?? null,
    })
    return await beginVerification(trx, deps.config, {
      purpose: 'PASSWORD_RESET',
      email: { address: stored?.email ?? email.address, normalized: email.normalized },
      template: isReal ? 'password-reset' : 'no-account',
      isDecoy: !isReal,
      isSilent: !isMailed,
      ...(isReal && { userId: user.id }),
    })
  })
}
