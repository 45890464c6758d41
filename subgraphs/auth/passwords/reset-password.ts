// Sets a new password for anyone who proved the mailbox, by link or by code. It ends every session and signs nobody in,
// so that further factors are still asked for at the next login (ASVS 6.4.3).
import type { Knex } from 'knex'
import { claimAccount } from '../account-security/claim-account.ts'
import { recordAudit } from '../core/audit/record.ts'
import type { Caller } from '../core/caller.ts'
import { transact } from '../core/database.ts'
import type { AuthDeps } from '../core/dependencies.ts'
import { AuthError, badInput } from '../core/errors.ts'
import { emitEvent } from '../core/events/emit.ts'
import { id, type Limits, parseInput, text } from '../core/input.ts'
import { enqueueMail } from '../core/mail/outbox.ts'
import { forgetGuesses } from '../core/throttling/guard-login.ts'
import type { StoredPassword } from '../factors/password/hasher.ts'
import {
  chosenPassword,
  type PasswordContext,
  requireStrongPassword,
} from '../factors/password/policy.ts'
import { activeKeysOf, setPassword } from '../factors/password/set-password.ts'
import type { ResetPasswordInput } from '../generated.ts'
import { endSessionsOf } from '../sessions/end-sessions.ts'
import { proveAddress } from '../users/prove-address.ts'
import { User } from '../users/user.ts'
import { isAddressOf } from '../users/user-email.ts'
import { checkCode } from '../verifications/check-code.ts'
import { takeBackAttempt } from '../verifications/check-factor.ts'
import { checkLink } from '../verifications/check-link.ts'
import { consumeVerification } from '../verifications/consume-verification.ts'
import { forgetSignInCodes } from '../verifications/forget-sign-in-codes.ts'
import type { MailedVerification } from '../verifications/verification.ts'
import { voidVerifications } from '../verifications/void-verifications.ts'

const limits = {
  token: text(256),
  verificationId: id,
  code: text(64),
  newPassword: chosenPassword,
} satisfies Limits<ResetPasswordInput>

/**
 * An invitation is accepted in the same way. A weak password uses nothing up.
 * @returns the e-mail address to log in with
 * @throws AuthError VERIFICATION_FAILED, WEAK_PASSWORD, BAD_USER_INPUT
 */
export async function resetPassword(
  deps: AuthDeps,
  caller: Caller,
  input: ResetPasswordInput,
): Promise<{ email: string }> {
  const { origin } = caller
  const { newPassword, ...proof } = parseInput(limits, input)
  requireStrong(deps, newPassword, [])
  const { verification, takeBack } = await checkProof(deps, caller, proof)
  const stored = await hashFor(deps, caller, { verification, newPassword }).catch(
    async (error: unknown) => {
      await takeBack()
      throw error
    },
  )
  const user = await transact(
    deps.db,
    async (trx) => await replacePassword(trx, caller, { verification, stored }),
  )
  await forgetGuesses(deps, {
    typed: { email: verification.email_normalized },
    userId: user.id,
    address: origin.ipAddress,
    knownDevice: null,
  })
  await forgetSignInCodes(deps, { userId: user.id, email: verification.email_normalized })
  return { email: user.email }
}

interface Proved {
  readonly verification: MailedVerification
  /** The attempt, where one was counted. */
  takeBack(): Promise<void>
}

async function checkProof(
  deps: AuthDeps,
  caller: Caller,
  { token, verificationId, code }: Omit<ResetPasswordInput, 'newPassword'>,
): Promise<Proved> {
  if (token && !verificationId && !code) {
    const purposes = ['PASSWORD_RESET', 'INVITATION'] as const
    const verification = await checkLink(deps, deps.db, { token, purposes })
    return { verification, takeBack: async () => {} }
  }
  if (!token && verificationId && code) {
    const purposes = ['PASSWORD_RESET'] as const
    const presented = { verificationId, code, purposes, flowSecret: null }
    const verification = await checkCode(deps, caller, presented)
    return { verification, takeBack: () => takeBackAttempt(deps.db, verification) }
  }
  throw badInput('input', 'Send the token of the link, or verificationId and code.')
}

/** A right code that meets a weak password, or whose hash cannot be made now, is as good as before. */
async function hashFor(
  deps: AuthDeps,
  { deadline }: Caller,
  { verification, newPassword }: { verification: MailedVerification; newPassword: string },
): Promise<StoredPassword> {
  const owner = await User.query(deps.db).findById(verification.user_id ?? '')
  if (owner === undefined) throw failed()
  const { full_name, display_name } = owner
  requireStrong(deps, newPassword, [verification.email_normalized, full_name, display_name])
  return await deps.hasher.hash(newPassword, deadline)
}

function requireStrong(
  { config }: AuthDeps,
  newPassword: string,
  person: PasswordContext['person'],
): void {
  const { productName } = config.mail
  requireStrongPassword(newPassword, { productName, person, path: 'input.newPassword' })
}

async function replacePassword(
  trx: Knex,
  { origin }: Caller,
  { verification, stored }: { verification: MailedVerification; stored: StoredPassword },
): Promise<User> {
  const user = await User.query(trx)
    .findById(verification.user_id ?? '')
    .forUpdate()
  if (user === undefined || user.status === 'SUSPENDED') throw failed()
  if (!(await isAddressOf(trx, user.id, verification.email_normalized))) throw failed()
  await consumeVerification(trx, verification)
  const actor = { kind: 'user', id: user.id } as const
  await setPassword(trx, user.id, stored)
  if (isFirstProof(user, verification)) await claimAccount(trx, origin, user)
  await proveAddress(trx, user, verification.email_normalized)
  // Of an account that nobody has used yet nobody can be locked out.
  await trx('users')
    .where('id', user.id)
    .update(user.status === 'INVITED' ? { status: 'ACTIVE' } : { password_reset_at: trx.fn.now() })
  await endSessionsOf(trx, origin, { userId: user.id, reason: 'password-reset', actor })
  await trx('known_devices').where('user_id', user.id).delete()
  await voidVerifications(trx, user.id)
  await enqueueMail(trx, {
    template: 'password-changed',
    recipient: user.email,
    data: { apiKeys: await activeKeysOf(trx, user.id) },
  })
  await recordAudit(trx, origin, { action: 'password.reset', actor, userId: user.id })
  await emitEvent(trx, 'user.password_changed', user.id, {})
  return user
}

/** Nobody had shown yet that they read the mail of the primary e-mail address. */
function isFirstProof(user: User, { email_normalized }: MailedVerification): boolean {
  return user.email_normalized === email_normalized && !user.email_verified
}

function failed(): AuthError {
  return new AuthError('VERIFICATION_FAILED', { attemptsRemaining: 0 })
}
