// Deletes one's own account: a recent sign-in, then the e-mailed code, then it is gone.
import { z } from 'zod'
import { lockAdmins, requireAnotherAdmin } from '../administration/last-admin.ts'
import { recordAudit } from '../audit/record.ts'
import type { AuthContext } from '../context.ts'
import { transact } from '../database.ts'
import { AuthError, parseInput } from '../errors.ts'
import { requireLiveSession } from '../sessions/live-session.ts'
import { type BegunVerification, beginVerification } from '../verifications/begin-verification.ts'
import { checkCode, consumeVerification } from '../verifications/check-code.ts'
import { eraseUser, lockForErasure, type StartedErasure } from './erase-user.ts'

const confirmInput = z.object({ verificationId: z.string().max(128), code: z.string().max(64) })

/** Mails the code. Nothing ends yet. @throws AuthError LAST_ADMIN */
export async function deleteAccount(context: AuthContext): Promise<BegunVerification> {
  const { deps, claims, origin } = context
  return await transact(deps.db, async (trx) => {
    await lockAdmins(trx)
    const { user, session } = await requireLiveSession(trx, claims)
    if (user.roles.includes('admin')) await requireAnotherAdmin(trx, user.id)
    await recordAudit(trx, origin, {
      action: 'user.deletion-requested',
      actor: { kind: 'user', id: user.id },
      userId: user.id,
      sessionId: session.id,
    })
    return await beginVerification(trx, deps.config, {
      purpose: 'ACCOUNT_DELETION',
      email: { address: user.email, normalized: user.email_normalized },
      template: 'account-deletion-code',
      userId: user.id,
      sessionId: session.id,
      delivery: 'BODY',
    })
  })
}

/** @throws AuthError VERIFICATION_FAILED, for the code of another session as well; LAST_ADMIN */
export async function confirmAccountDeletion(
  context: AuthContext,
  input: unknown,
): Promise<StartedErasure> {
  const { deps, claims, origin } = context
  const { verificationId, code } = parseInput(confirmInput, input)
  const verification = await checkCode(context, {
    verificationId,
    code,
    purposes: ['ACCOUNT_DELETION'],
    flowSecret: null,
  })
  return await transact(deps.db, async (trx) => {
    if (claims.subject !== null) await lockForErasure(trx, claims.subject)
    const { user, session } = await requireLiveSession(trx, claims)
    if (verification.user_id !== user.id || verification.session_id !== session.id) {
      throw new AuthError('VERIFICATION_FAILED', { attemptsRemaining: 0 })
    }
    await consumeVerification(trx, verification)
    const actor = { kind: 'user', id: user.id } as const
    return await eraseUser(trx, deps, { user, requestedBy: 'USER', actor, origin })
  })
}
