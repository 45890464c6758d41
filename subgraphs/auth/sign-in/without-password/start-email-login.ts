// Begins a sign-in with the mailbox alone: a code and a link leave, to the e-mail address as it is stored. Whether there is an
// account nobody learns who does not read its mail: answer, limits and work are the same for every e-mail address.
import { recordAudit } from '../../core/audit/record.ts'
import type { Caller } from '../../core/caller.ts'
import { requireCookiesAllowed } from '../../core/caller.ts'
import type { AuthDeps } from '../../core/dependencies.ts'
import { type Limits, parseInput, text, trimmed } from '../../core/input.ts'
import { strangersMail, transactMailing } from '../../core/throttling/count-mail.ts'
import { limitNetwork } from '../../core/throttling/limit-network.ts'
import type { StartEmailLoginInput } from '../../generated.ts'
import { findDevice } from '../../sessions/device.ts'
import { emailInput, parseEmail } from '../../users/normalize-email.ts'
import { findUserByEmail, type User } from '../../users/user.ts'
import { UserEmail } from '../../users/user-email.ts'
import {
  type BegunVerification,
  beginVerification,
} from '../../verifications/begin-verification.ts'
import { requireOffered } from '../policy.ts'

const limits = {
  email: emailInput,
  deviceName: trimmed(100),
  deviceToken: text(128),
} satisfies Limits<StartEmailLoginInput>

/** @throws AuthError BAD_USER_INPUT, RATE_LIMITED, FORBIDDEN where this way in is not offered */
export async function startEmailLogin(
  deps: AuthDeps,
  caller: Caller,
  input: StartEmailLoginInput,
): Promise<BegunVerification> {
  const { origin, client } = caller
  const parsed = parseInput(limits, input)
  const delivery = parsed.delivery ?? 'BODY'
  requireOffered(deps, 'email-code')
  requireCookiesAllowed(caller, delivery)
  const email = parseEmail(parsed.email)
  await limitNetwork(deps, 'email-login-network', origin.ipAddress)
  const deviceToken = delivery === 'COOKIE' ? client.deviceToken : (parsed.deviceToken ?? null)
  const mail = { to: email.normalized, purpose: 'EMAIL_LOGIN', address: origin.ipAddress } as const
  return await transactMailing(deps, strangersMail(deps, mail), async (trx, { isMailed }) => {
    const found = await findUserByEmail(trx, email)
    // Mail goes to the e-mail address as it is stored, never as it was typed (GitHub, 2016).
    const stored = await UserEmail.query(trx).findOne('email_normalized', email.normalized)
    const user = mayEnter(found, stored) ? found : null
    const device = await findDevice(trx, user?.id ?? '', deviceToken)
    await recordAudit(trx, origin, {
      action: 'login.email-requested',
      actor: { kind: 'anonymous' },
      userId: user?.id ?? null,
    })
    return await beginVerification(trx, deps.config, {
      purpose: 'EMAIL_LOGIN',
      email: { address: stored?.email ?? email.address, normalized: email.normalized },
      template: 'sign-in',
      delivery,
      deviceName: parsed.deviceName || null,
      deviceHash: device?.hash ?? null,
      isDecoy: user === null,
      isSilent: !isMailed,
      ...(user && { userId: user.id }),
    })
  })
}

/** An e-mail address beside the primary one counts once it was proved. */
function mayEnter(user: User | undefined, email: UserEmail | undefined): user is User {
  if (user?.status !== 'ACTIVE' || email === undefined) return false
  return email.verified_at !== null || email.email_normalized === user.email_normalized
}
