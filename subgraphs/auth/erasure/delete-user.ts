// Deletes another's account, for admins. It goes the way of one's own, without the code.
import type { Caller } from '../core/caller.ts'
import { transact } from '../core/database.ts'
import type { AuthDeps } from '../core/dependencies.ts'
import { id, type Limits, parseInput } from '../core/input.ts'
import type { DeleteUserInput } from '../generated.ts'
import { lockAdmins } from '../roles/last-admin.ts'
import { findManageable } from '../roles/rank.ts'
import { requireAdmin } from '../roles/require-admin.ts'
import { eraseUser, type StartedErasure } from './erase-user.ts'

const limits = { userId: id } satisfies Limits<DeleteUserInput>

/** @throws AuthError NOT_FOUND; FORBIDDEN for somebody of one's own rank or above */
export async function deleteUser(
  deps: AuthDeps,
  caller: Caller,
  input: DeleteUserInput,
): Promise<StartedErasure> {
  const { claims, origin } = caller
  const { userId } = parseInput(limits, input)
  return await transact(deps.db, async (trx) => {
    await lockAdmins(trx)
    const admin = await requireAdmin(trx, claims)
    const user = await findManageable(trx, admin, userId)
    const { actor } = admin.by
    return await eraseUser(trx, deps, { user, requestedBy: 'ADMIN', actor, origin })
  })
}
