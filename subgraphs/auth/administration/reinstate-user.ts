// Lets a suspended person in again. Their sessions stay ended; their API keys work again.
import { recordAudit } from '../core/audit/record.ts'
import type { Caller } from '../core/caller.ts'
import { transact } from '../core/database.ts'
import type { AuthDeps } from '../core/dependencies.ts'
import { AuthError } from '../core/errors.ts'
import { emitEvent } from '../core/events/emit.ts'
import { id, type Limits, parseInput } from '../core/input.ts'
import type { ReinstateUserInput } from '../generated.ts'
import { findManageable } from '../roles/rank.ts'
import { requireAdmin } from '../roles/require-admin.ts'
import { raiseTokenVersion } from '../users/raise-token-version.ts'
import { findUserWithRoles, type UserWithRoles } from '../users/user.ts'

const limits = { id } satisfies Limits<ReinstateUserInput>

/** Active already is success. @throws AuthError NOT_FOUND; FORBIDDEN by rank; CONFLICT for an open invitation */
export async function reinstateUser(
  deps: AuthDeps,
  caller: Caller,
  input: ReinstateUserInput,
): Promise<UserWithRoles> {
  const { origin } = caller
  const { id } = parseInput(limits, input)
  return await transact(deps.db, async (trx) => {
    const admin = await requireAdmin(trx, caller.claims)
    const user = await findManageable(trx, admin, id)
    if (user.status === 'ACTIVE') return user
    if (user.status === 'INVITED') {
      throw new AuthError('CONFLICT', { message: 'This invitation was not accepted yet.' })
    }
    await trx('users').where('id', user.id).update({ status: 'ACTIVE', suspended_reason: null })
    await raiseTokenVersion(trx, user.id)
    await recordAudit(trx, origin, { ...admin.by, action: 'user.reinstated', userId: user.id })
    await emitEvent(trx, 'user.reinstated', user.id, {})
    return (await findUserWithRoles(trx, user.id)) ?? user
  })
}
