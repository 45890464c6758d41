// Deletes one's own account: a recent sign-in, then the e-mailed code, then it is gone.

import type { Knex } from 'knex'
import { recordAudit } from '../core/audit/record.ts'
import type { Caller } from '../core/caller.ts'
import { transact } from '../core/database.ts'
import type { AuthDeps } from '../core/dependencies.ts'
import { AuthError } from '../core/errors.ts'
import { id, type Limits, parseInput, text } from '../core/input.ts'
import { ownersMail, transactMailing } from '../core/throttling/count-mail.ts'
import { openUndosOf } from '../emails/open-undos.ts'
import { requireFurtherProof } from '../factors/enrolled/require-further-proof.ts'
import type { ConfirmAccountDeletionInput } from '../generated.ts'
import { lockAdmins, requireAnotherAdmin } from '../roles/last-admin.ts'
import { requireLiveSession } from '../sessions/live-session.ts'
import type { User } from '../users/user.ts'
import { isAddressOf } from '../users/user-email.ts'
import { type BegunVerification, beginVerification } from '../verifications/begin-verification.ts'
import { checkCode } from '../verifications/check-code.ts'
import { consumeVerification } from '../verifications/consume-verification.ts'
import { eraseUser, lockForErasure, type StartedErasure } from './erase-user.ts'

const limits = { verificationId: id, code: text(64) } satisfies Limits<ConfirmAccountDeletionInput>

/** Mails the code. Nothing ends yet. @throws AuthError LAST_ADMIN; CONFLICT while the primary address can be undone */
export async function deleteAccount(deps: AuthDeps, caller: Caller): Promise<BegunVerification> {
  const { claims, origin } = caller
  const purpose = 'ACCOUNT_DELETION'
  const shares = ownersMail({ user: claims.subject ?? '', purpose })
  return await transactMailing(deps, shares, async (trx, { isMailed }) => {
    await lockAdmins(trx)
    const live = await requireLiveSession(trx, claims)
    const { user, session } = live
    await requireFurtherProof(trx, deps, live)
    if (user.roles.includes('admin')) await requireAnotherAdmin(trx, user.id)
    await requireSettledPrimary(trx, user)
    await recordAudit(trx, origin, {
      action: 'user.deletion-requested',
      actor: { kind: 'user', id: user.id },
      userId: user.id,
      sessionId: session.id,
    })
    return await beginVerification(trx, deps.config, {
      purpose,
      email: { address: user.email, normalized: user.email_normalized },
      template: 'account-deletion-code',
      userId: user.id,
      sessionId: session.id,
      delivery: 'BODY',
      isSilent: !isMailed,
    })
  })
}

/**
 * @throws AuthError VERIFICATION_FAILED, for the code of another session as well; LAST_ADMIN; CONFLICT while the primary
 *   address can be undone
 */
export async function confirmAccountDeletion(
  deps: AuthDeps,
  caller: Caller,
  input: ConfirmAccountDeletionInput,
): Promise<StartedErasure> {
  const { claims, origin } = caller
  const { verificationId, code } = parseInput(limits, input)
  const verification = await checkCode(deps, caller, {
    verificationId,
    code,
    purposes: ['ACCOUNT_DELETION'],
    flowSecret: null,
  })
  return await transact(deps.db, async (trx) => {
    if (claims.subject !== null) await lockForErasure(trx, claims.subject)
    const { user, session } = await requireLiveSession(trx, claims)
    if (verification.user_id !== user.id || verification.session_id !== session.id) throw failed()
    if (!(await isAddressOf(trx, user.id, verification.email_normalized))) throw failed()
    await requireSettledPrimary(trx, user)
    await consumeVerification(trx, verification)
    const actor = { kind: 'user', id: user.id } as const
    return await eraseUser(trx, deps, { user, requestedBy: 'USER', actor, origin })
  })
}

/**
 * An address that was made primary by somebody who stole a session must not confirm what nobody can undo: the account would take
 * the owner's link with it.
 */
async function requireSettledPrimary(trx: Knex, user: User): Promise<void> {
  const undos = (await openUndosOf(trx, user.id)).filter(
    ({ email_normalized }) => email_normalized !== user.email_normalized,
  )
  const [first, last] = [undos[0], undos.at(-1)]
  if (first === undefined || last === undefined) return
  const end = `${last.expires_at.toISOString().slice(0, 16).replace('T', ' ')} UTC`
  throw new AuthError('CONFLICT', {
    message: `${first.email} can undo a change of addresses until ${end}. Make it the primary address again, or delete the account after that.`,
  })
}

function failed(): AuthError {
  return new AuthError('VERIFICATION_FAILED', { attemptsRemaining: 0 })
}
