// Ten new recovery codes, shown this once; those from before stop working.
import { recordAudit } from '../../core/audit/record.ts'
import type { Caller } from '../../core/caller.ts'
import { transact } from '../../core/database.ts'
import type { AuthDeps } from '../../core/dependencies.ts'
import { AuthError } from '../../core/errors.ts'
import { requireLiveSession } from '../../sessions/live-session.ts'
import { notifyAddresses } from '../../users/notify-addresses.ts'
import { emailsOf } from '../../users/user-email.ts'
import { factorsOf } from '../enrolled/enrolled-factor.ts'
import { noteMethods } from '../enrolled/note-methods.ts'
import { requireFurtherProof } from '../enrolled/require-further-proof.ts'
import { hashRecoveryCode, newRecoveryCode } from './recovery-code.ts'

const CODES = 10

/** @throws AuthError CONFLICT for somebody without a further factor; STEP_UP_REQUIRED */
export async function createRecoveryCodes(
  deps: AuthDeps,
  caller: Caller,
): Promise<{ codes: string[] }> {
  const { passwordPepper } = deps.config.secrets
  const pepper = passwordPepper.current().release()
  const codes = Array.from({ length: CODES }, newRecoveryCode)
  return await transact(deps.db, async (trx) => {
    const live = await requireLiveSession(trx, caller.claims)
    const { user, session } = live
    if ((await factorsOf(trx, user.id)).length === 0) {
      throw new AuthError('CONFLICT', {
        message: 'Recovery codes stand in for a further factor: add one first.',
      })
    }
    await requireFurtherProof(trx, deps, live)
    await trx('recovery_codes').where('user_id', user.id).delete()
    await trx('recovery_codes').insert(
      codes.map((code) => ({
        user_id: user.id,
        code_hash: hashRecoveryCode(code, { userId: user.id, pepper }),
        key_version: passwordPepper.currentVersion,
        session_id: session.id,
      })),
    )
    await noteMethods(trx, deps, user)
    await recordAudit(trx, caller.origin, {
      action: 'recovery-codes.created',
      actor: { kind: 'user', id: user.id },
      userId: user.id,
      sessionId: session.id,
    })
    const addresses = await emailsOf(trx, user.id)
    await notifyAddresses(trx, addresses, { template: 'recovery-codes-created', data: {} })
    return { codes }
  })
}
