// Replaces one's password: the present one is asked for, every other session ends, and this one gets new tokens.
import { recordAudit } from '../core/audit/record.ts'
import type { Caller } from '../core/caller.ts'
import { transact } from '../core/database.ts'
import type { AuthDeps } from '../core/dependencies.ts'
import { AuthError } from '../core/errors.ts'
import { emitEvent } from '../core/events/emit.ts'
import { type Limits, parseInput } from '../core/input.ts'
import { enqueueMail } from '../core/mail/outbox.ts'
import { requireFurtherProof } from '../factors/enrolled/require-further-proof.ts'
import { confirmPassword } from '../factors/password/confirm-password.ts'
import {
  chosenPassword,
  presentedPassword,
  requireStrongPassword,
} from '../factors/password/policy.ts'
import { activeKeysOf, setPassword } from '../factors/password/set-password.ts'
import type { ChangePasswordInput } from '../generated.ts'
import { endSessionsOf } from '../sessions/end-sessions.ts'
import type { Entered } from '../sessions/issue-tokens.ts'
import { requireLiveSession } from '../sessions/live-session.ts'
import { reissueTokens } from '../sessions/reissue-tokens.ts'
import { GRACE_SECONDS } from '../sessions/rotate-refresh-token.ts'
import { findUserWithRoles } from '../users/user.ts'
import { forgetSignInCodes } from '../verifications/forget-sign-in-codes.ts'
import { voidVerifications } from '../verifications/void-verifications.ts'

const limits = {
  currentPassword: presentedPassword,
  newPassword: chosenPassword,
} satisfies Limits<ChangePasswordInput>

/** @throws AuthError INVALID_CREDENTIALS when the present password is wrong, WEAK_PASSWORD, RATE_LIMITED */
export async function changePassword(
  deps: AuthDeps,
  caller: Caller,
  input: ChangePasswordInput,
): Promise<Entered> {
  const { origin } = caller
  const { currentPassword, newPassword } = parseInput(limits, input)
  // Before the password is looked at: a thief of the session who guesses at it would learn when it was right.
  await transact(
    deps.db,
    async (trx) =>
      await requireFurtherProof(trx, deps, await requireLiveSession(trx, caller.claims)),
  )
  const user = await confirmPassword(deps, caller, currentPassword, 'password.change-attempted')
  requireStrongPassword(newPassword, {
    productName: deps.config.mail.productName,
    person: [user.email_normalized, user.full_name, user.display_name],
    path: 'input.newPassword',
  })
  const stored = await deps.hasher.hash(newPassword, caller.deadline)

  const renewed = await transact(deps.db, async (trx) => {
    const live = await requireLiveSession(trx, caller.claims)
    if (live.user.password_hash !== user.password_hash) throw new AuthError('INVALID_CREDENTIALS')
    await requireFurtherProof(trx, deps, live)
    const actor = { kind: 'user', id: user.id } as const
    await setPassword(trx, user.id, stored)
    await endSessionsOf(trx, origin, {
      userId: user.id,
      reason: 'password-changed',
      actor,
      except: live.session.id,
    })
    await voidVerifications(trx, user.id)
    await enqueueMail(trx, {
      template: 'password-changed',
      recipient: live.user.email,
      data: { apiKeys: await activeKeysOf(trx, user.id) },
    })
    await recordAudit(trx, origin, {
      action: 'password.changed',
      actor,
      userId: user.id,
      sessionId: live.session.id,
    })
    await emitEvent(trx, 'user.password_changed', user.id, {})
    const tokens = await reissueTokens(trx, deps, live.session, {
      predecessorsForSeconds: GRACE_SECONDS,
    })
    return { ...tokens, user: (await findUserWithRoles(trx, user.id)) ?? live.user }
  })
  await forgetSignInCodes(deps, { userId: user.id, email: renewed.user.email_normalized })
  return { ...renewed, deviceToken: null }
}
