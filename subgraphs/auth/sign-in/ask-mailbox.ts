// The e-mail address that a provider named is proved with a mailed code, before it opens or makes an account. The answer is the same
// for every one, so that nobody learns with a provider of their own who has an account here.
import { recordAudit } from '../core/audit/record.ts'
import type { Caller } from '../core/caller.ts'
import type { AuthDeps } from '../core/dependencies.ts'
import { AuthError } from '../core/errors.ts'
import { strangersMail, transactMailing } from '../core/throttling/count-mail.ts'
import type { CheckedAnswer } from '../factors/provider/check-answer.ts'
import type { ProviderProfile } from '../factors/provider/profile.ts'
import type { ProviderSettings } from '../factors/provider/protocol.ts'
import { requireRegistrable } from '../hooks/ask.ts'
import type { EmailAddress } from '../users/normalize-email.ts'
import { requireOpenRegistration } from '../users/registration-mode.ts'
import { findUserByEmail } from '../users/user.ts'
import { UserEmail } from '../users/user-email.ts'
import { type BegunVerification, beginVerification } from '../verifications/begin-verification.ts'
import type { Proof, Verification } from '../verifications/verification.ts'

/** What waits in the challenge for the code. */
export interface WaitingIdentity {
  readonly settings: Pick<ProviderSettings, 'id' | 'name'>
  readonly profile: Pick<ProviderProfile, 'issuer' | 'subject' | 'email' | 'name'>
}

export function waitingIdentityOf({ detail }: Verification): WaitingIdentity | null {
  return (detail.identity as WaitingIdentity | undefined) ?? null
}

export async function askMailbox(
  deps: AuthDeps,
  caller: Caller,
  { answer, email, proof }: { answer: CheckedAnswer; email: EmailAddress; proof: Proof },
): Promise<BegunVerification> {
  const { challenge, provider, profile } = answer
  const { id, name } = provider.settings
  const isRegistrable = await mayRegister(deps, caller, email)
  const { ipAddress: address } = caller.origin
  const mail = { to: email.normalized, purpose: 'PROVIDER_LOGIN', address } as const
  return await transactMailing(deps, strangersMail(deps, mail), async (trx, { isMailed }) => {
    const user = await findUserByEmail(trx, email)
    // Mail goes to the e-mail address as it is stored, never as it was told (GitHub, 2016).
    const stored = await UserEmail.query(trx).findOne('email_normalized', email.normalized)
    await recordAudit(trx, caller.origin, {
      action: 'login.provider-mailbox-asked',
      actor: { kind: 'anonymous' },
      userId: user?.id ?? null,
      kept: { provider: id },
    })
    const { issuer, subject } = profile
    const identity: WaitingIdentity = {
      settings: { id, name },
      profile: { issuer, subject, email: profile.email, name: profile.name },
    }
    return await beginVerification(trx, deps.config, {
      purpose: 'PROVIDER_LOGIN',
      email: { address: stored?.email ?? email.address, normalized: email.normalized },
      template: 'provider-code',
      delivery: challenge.delivery,
      deviceName: challenge.device_name,
      deviceHash: challenge.device_hash,
      proved: [proof],
      detail: { provider: name, identity },
      isDecoy: user === undefined ? !isRegistrable : user.status !== 'ACTIVE',
      isSilent: !isMailed,
      // Whose it is counts from the code on: with a provider of one's own anybody could else use up somebody's guesses.
    })
  })
}

/** Asked for every e-mail address, and told of none: where it is refused no mail comes, as for a sign-in by mail without an account. */
async function mayRegister(deps: AuthDeps, caller: Caller, email: EmailAddress): Promise<boolean> {
  try {
    requireOpenRegistration(deps.config, email.normalized)
    await requireRegistrable(deps, caller, { email: email.address, method: 'provider' })
    return true
  } catch (error) {
    if (error instanceof AuthError && error.code === 'FORBIDDEN') return false
    throw error
  }
}
