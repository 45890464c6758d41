// Gives somebody a role. It counts within the revocation bound: tokens made before are stale.
import type { Caller } from '../core/caller.ts'
import { transact } from '../core/database.ts'
import type { AuthDeps } from '../core/dependencies.ts'
import { id, type Limits, parseInput, text } from '../core/input.ts'
import type { GrantRoleInput } from '../generated.ts'
import { findUserWithRoles, type UserWithRoles } from '../users/user.ts'
import { giveRole } from './give-role.ts'
import { requireGrantableRoles } from './grantable.ts'
import { findManageable } from './rank.ts'
import { requireAdmin } from './require-admin.ts'

const limits = { userId: id, role: text(50) } satisfies Limits<GrantRoleInput>

/**
 * Having it already is success.
 * @throws AuthError NOT_FOUND; BAD_USER_INPUT for an unknown role; FORBIDDEN by the rank of person or role
 */
export async function grantRole(
  deps: AuthDeps,
  caller: Caller,
  input: GrantRoleInput,
): Promise<UserWithRoles> {
  const { userId, role } = parseInput(limits, input)
  return await transact(deps.db, async (trx) => {
    const admin = await requireAdmin(trx, caller.claims)
    const user = await findManageable(trx, admin, userId)
    await requireGrantableRoles(trx, admin, [role])
    await giveRole(trx, caller.origin, { userId: user.id, role, by: admin.by })
    return (await findUserWithRoles(trx, user.id)) ?? user
  })
}
