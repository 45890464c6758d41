// Shuts a person out: every session ends, their API keys stop, and neither login nor reset works until they are reinstated.
import { z } from 'zod'
import { recordAudit } from '../core/audit/record.ts'
import type { Caller } from '../core/caller.ts'
import { transact } from '../core/database.ts'
import type { AuthDeps } from '../core/dependencies.ts'
import { AuthError, parseInput } from '../core/errors.ts'
import { emitEvent } from '../core/events/emit.ts'
import { findManageable } from '../roles/rank.ts'
import { requireAdmin } from '../roles/require-admin.ts'
import { endSessionsOf } from '../sessions/end-sessions.ts'
import { raiseTokenVersion } from '../users/raise-token-version.ts'
import { findUserWithRoles, type UserWithRoles } from '../users/user.ts'
import { voidVerifications } from '../verifications/void-verifications.ts'

const suspendUserInput = z.object({
  id: z.string().max(128),
  reason: z.string().trim().max(500, 'Use at most 500 characters.').nullish(),
})

/** Suspended already is success. @throws AuthError NOT_FOUND; FORBIDDEN by rank; CONFLICT for an open invitation */
export async function suspendUser(
  deps: AuthDeps,
  caller: Caller,
  input: unknown,
): Promise<UserWithRoles> {
  const { origin } = caller
  const { id, reason } = parseInput(suspendUserInput, input)
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
