// Takes a role from somebody of a lower rank, or from oneself. The last admin stays.
import type { Knex } from 'knex'
import type { Caller } from '../core/caller.ts'
import { transact } from '../core/database.ts'
import type { AuthDeps } from '../core/dependencies.ts'
import { AuthError } from '../core/errors.ts'
import { id, type Limits, parseInput, text } from '../core/input.ts'
import type { RevokeRoleInput } from '../generated.ts'
import { findUserWithRoles, type UserWithRoles } from '../users/user.ts'
import { takeRole } from './give-role.ts'
import { lockAdmins, requireAnotherAdmin } from './last-admin.ts'
import { findManageable, rankOfRoles } from './rank.ts'
import { type Admin, requireAdmin } from './require-admin.ts'

const limits = { userId: id, role: text(50) } satisfies Limits<RevokeRoleInput>

/**
 * Not having it is success.
 * @throws AuthError NOT_FOUND; FORBIDDEN by rank; LAST_ADMIN for an admin who steps down with nobody left
 */
export async function revokeRole(
  deps: AuthDeps,
  caller: Caller,
  input: RevokeRoleInput,
): Promise<UserWithRoles> {
  const { userId, role } = parseInput(limits, input)
  return await transact(deps.db, async (trx) => {
    if (role === 'admin') await lockAdmins(trx)
    const admin = await requireAdmin(trx, caller.claims)
    const user = await findSelfOrManageable(trx, admin, { userId, role })
    if (role === 'admin') await requireAnotherAdmin(trx, user.id)
    await takeRole(trx, caller.origin, { userId: user.id, role, by: admin.by })
    return (await findUserWithRoles(trx, user.id)) ?? user
  })
}

/** Nobody manages somebody of their own rank but themselves; an API key no role of its owner that is above its own. */
async function findSelfOrManageable(
  trx: Knex,
  admin: Admin,
  { userId, role }: RevokeRoleInput,
): Promise<UserWithRoles> {
  if (admin.user.id !== userId) return await findManageable(trx, admin, userId)
  if ((await rankOfRoles(trx, [role])) > admin.rank) throw new AuthError('FORBIDDEN')
  return admin.user
}
