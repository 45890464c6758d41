// "This was not me": one click from the mail about a new device takes the account back.
import type { Caller } from '../core/caller.ts'
import { transact } from '../core/database.ts'
import type { AuthDeps } from '../core/dependencies.ts'
import { AuthError } from '../core/errors.ts'
import { type Limits, parseInput, text } from '../core/input.ts'
import type { DenySessionInput } from '../generated.ts'
import { dropAddressesSince } from '../users/drop-addresses-since.ts'
import { notifyAddresses } from '../users/notify-addresses.ts'
import { User } from '../users/user.ts'
import { emailsOf, isAddressOf } from '../users/user-email.ts'
import { checkLink } from '../verifications/check-link.ts'
import { consumeVerification } from '../verifications/consume-verification.ts'
import { secureAccount } from './secure-account.ts'

const limits = { token: text(256) } satisfies Limits<DenySessionInput>

/**
 * Ends every session, that one and others, voids the password, and takes away the addresses that were added since, and the factors
 * that were enrolled in that session or in one that came of it.
 * @returns the token with which `resetPassword` takes a new password
 * @throws AuthError VERIFICATION_FAILED
 */
export async function denySession(
  deps: AuthDeps,
  caller: Caller,
  input: DenySessionInput,
): Promise<{ resetToken: string }> {
  const { token } = parseInput(limits, input)
  return await transact(deps.db, async (trx) => {
    const link = await checkLink(deps, trx, { token, purposes: ['SESSION_REPORT'] })
    const user = await User.query(trx)
      .findById(link.user_id ?? '')
      .forUpdate()
    if (user === undefined || !(await isAddressOf(trx, user.id, link.email_normalized))) {
      throw new AuthError('VERIFICATION_FAILED', { attemptsRemaining: 0 })
    }
    await consumeVerification(trx, link)
    const { since: began, sessionId } = link.detail as { since?: string; sessionId?: string }
    const since = began === undefined ? link.created_at : new Date(began)
    const told = { address: link.email, normalized: link.email_normalized }
    const before = await emailsOf(trx, user.id)
    await dropAddressesSince(trx, user, { since, told })
    const resetToken = await secureAccount(trx, deps, caller.origin, {
      user: await User.query(trx).findById(user.id).throwIfNotFound(),
      since,
      sessionIds: sessionId === undefined ? [] : [sessionId],
      action: 'session.denied',
    })
    await notifyAddresses(trx, before, {
      template: 'account-taken-back',
      data: { told: link.email },
    })
    return { resetToken }
  })
}
