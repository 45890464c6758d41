// Shuts a person out: every session ends, their API keys stop, and neither login nor reset works until they are reinstated.
import { recordAudit } from '../core/audit/record.ts'
import type { Caller } from '../core/caller.ts'
import { transact } from '../core/database.ts'
import type { AuthDeps } from '../core/dependencies.ts'
import { AuthError } from '../core/errors.ts'
import { emitEvent } from '../core/events/emit.ts'
import { id, type Limits, parseInput, trimmed } from '../core/input.ts'
import type { SuspendUserInput } from '../generated.ts'
import { findManageable } from '../roles/rank.ts'
import { requireAdmin } from '../roles/require-admin.ts'
import { endSessionsOf } from '../sessions/end-sessions.ts'
import { raiseTokenVersion } from '../users/raise-token-version.ts'
import { findUserWithRoles, type UserWithRoles } from '../users/user.ts'
import { voidVerifications } from '../verifications/void-verifications.ts'

const limits = {
  id,
  reason: trimmed(500),
} satisfies Limits<SuspendUserInput>

/** Suspended already is success. @throws AuthError NOT_FOUND; FORBIDDEN by rank; CONFLICT for an open invitation */
export async function suspendUser(
  deps: AuthDeps,
  caller: Caller,
  input: SuspendUserInput,
): Promise<UserWithRoles> {
  const { origin } = caller
  const { id, reason } = parseInput(limits, input)
  return await transact(deps.db, async (trx) => {
    const admin = await requireAdmin(trx, caller.claims)
    const user = await findManageable(trx, admin, id)
    if (user.status === 'SUSPENDED') return user
    if (user.status === 'INVITED') {
      throw new AuthError('CONFLICT', {
        message: 'This invitation was not accepted yet: delete the user instead.',
      })
    }
    await trx('users')
      .where('id', user.id)
      .update({ status: 'SUSPENDED', suspended_reason: reason ?? null })
    await raiseTokenVersion(trx, user.id)
    await endSessionsOf(trx, origin, {
      userId: user.id,
      reason: 'suspended',
      actor: admin.by.actor,
    })
    await voidVerifications(trx, user.id)
    await recordAudit(trx, origin, {
      ...admin.by,
      action: 'user.suspended',
      userId: user.id,
      detail: { reason: reason ?? null },
    })
    await emitEvent(trx, 'user.suspended', user.id, {})
    return (await findUserWithRoles(trx, user.id)) ?? user
  })
}
