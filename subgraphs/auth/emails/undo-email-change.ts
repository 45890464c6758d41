// "This was not me": brings the addresses back as they were, this one primary, and secures the account.
import type { Knex } from 'knex'
import { secureAccount } from '../account-security/secure-account.ts'
import type { Caller } from '../core/caller.ts'
import { transact } from '../core/database.ts'
import type { AuthDeps } from '../core/dependencies.ts'
import { AuthError } from '../core/errors.ts'
import { emitEvent } from '../core/events/emit.ts'
import { type Limits, parseInput, text } from '../core/input.ts'
import type { UndoEmailChangeInput } from '../generated.ts'
import { notifyAddresses } from '../users/notify-addresses.ts'
import { User } from '../users/user.ts'
import { emailsOf, insertEmail, UserEmail } from '../users/user-email.ts'
import { checkLink } from '../verifications/check-link.ts'
import type { Verification } from '../verifications/verification.ts'
import type { Undoable } from './notify-of-change.ts'
import { openUndosOf } from './open-undos.ts'

const limits = { token: text(256) } satisfies Limits<UndoEmailChangeInput>

/**
 * Undoes every change that this address was told of and can still undo, not the last one alone: an intruder makes several.
 * @returns the token with which `resetPassword` takes a new password
 * @throws AuthError VERIFICATION_FAILED; CONFLICT when the address belongs to another account by now
 */
export async function undoEmailChange(
  deps: AuthDeps,
  caller: Caller,
  input: UndoEmailChangeInput,
): Promise<{ resetToken: string }> {
  const { token } = parseInput(limits, input)
  return await transact(deps.db, async (trx) => {
    const link = await checkLink(deps, trx, { token, purposes: ['EMAIL_UNDO'] })
    const user = await User.query(trx)
      .findById(link.user_id ?? '')
      .forUpdate()
    if (user === undefined) throw new AuthError('VERIFICATION_FAILED', { attemptsRemaining: 0 })
    const first = await firstChangeToldTo(trx, user, link)
    const before = await emailsOf(trx, user.id)
    await bringBack(trx, user, { link, first })
    // Also what the intruder's own address was told since: its link would give them the account once more.
    const undone: { detail: Undoable }[] = await trx('verifications')
      .where({ user_id: user.id, purpose: 'EMAIL_UNDO' })
      .where('created_at', '>=', first.created_at)
      .whereNull('consumed_at')
      .update({ consumed_at: trx.fn.now() })
      .returning('detail')
    await emitEvent(trx, 'user.email_changed', user.id, {})
    const resetToken = await secureAccount(trx, deps, caller.origin, {
      user: await User.query(trx).findById(user.id).throwIfNotFound(),
      since: first.created_at,
      sessionIds: undone.flatMap(({ detail: { sessionId } }) => sessionId ?? []),
      action: 'email.change-undone',
    })
    // An intruder may hold a link too: nobody's account changes hands without a word to everybody.
    await notifyAddresses(trx, [...before, ...(await emailsOf(trx, user.id))], {
      template: 'account-taken-back',
      data: { told: link.email },
    })
    return { resetToken }
  })
}

/** @throws AuthError VERIFICATION_FAILED when the link was voided while this waited for the user's row */
async function firstChangeToldTo(trx: Knex, user: User, link: Verification): Promise<Verification> {
  const undos = await openUndosOf(trx, user.id)
  const [first] = undos.filter(({ email_normalized }) => email_normalized === link.email_normalized)
  if (first === undefined || !undos.some(({ id_hash }) => id_hash === link.id_hash)) {
    throw new AuthError('VERIFICATION_FAILED', { attemptsRemaining: 0 })
  }
  return first
}

async function bringBack(
  trx: Knex,
  user: User,
  { link, first }: { readonly link: Verification; readonly first: Verification },
): Promise<void> {
  const primary = { address: link.email, normalized: link.email_normalized }
  const { addressesBefore } = first.detail as unknown as Undoable
  for (const { isVerified, createdAt, ...email } of addressesBefore) {
    await insertEmail(trx, {
      userId: user.id,
      email,
      isVerified: isVerified || email.normalized === primary.normalized,
      createdAt: new Date(createdAt),
    })
  }
  const owned = await UserEmail.query(trx).findOne({
    user_id: user.id,
    email_normalized: primary.normalized,
  })
  if (owned === undefined) {
    throw new AuthError('CONFLICT', {
      message: 'This address belongs to another account by now. Ask an administrator for help.',
    })
  }
  await trx('users').where('id', user.id).update({
    email: primary.address,
    email_normalized: primary.normalized,
    email_verified: true,
    updated_at: trx.fn.now(),
  })
  const kept = [primary, ...addressesBefore].map(({ normalized }) => normalized)
  await trx('user_emails').where('user_id', user.id).whereNotIn('email_normalized', kept).delete()
}
