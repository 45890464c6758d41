// Gives somebody a role. It counts within the revocation bound: tokens made before are stale.
import { z } from 'zod'
import type { AuthContext } from '../context.ts'
import { transact } from '../core/database.ts'
import { parseInput } from '../core/errors.ts'
import { findUserWithRoles, type UserWithRoles } from '../users/user.ts'
import { giveRole } from './give-role.ts'
import { requireGrantableRoles } from './grantable.ts'
import { findManageable } from './rank.ts'
import { requireAdmin } from './require-admin.ts'

const grantRoleInput = z.object({ userId: z.string().max(128), role: z.string().max(50) })

/**
 * Having it already is success.
 * @throws AuthError NOT_FOUND; BAD_USER_INPUT for an unknown role; FORBIDDEN by the rank of person or role
 */
export async function grantRole(context: AuthContext, input: unknown): Promise<UserWithRoles> {
  const { userId, role } = parseInput(grantRoleInput, input)
  return await transact(context.deps.db, async (trx) => {
    const admin = await requireAdmin(trx, context.claims)
    const user = await findManageable(trx, admin, userId)
    await requireGrantableRoles(trx, admin, [role])
    await giveRole(trx, context.origin, { userId: user.id, role, by: admin.by })
    return (await findUserWithRoles(trx, user.id)) ?? user
  })
}
