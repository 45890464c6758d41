// Which roles an admin may give, take and change: those below their own rank.
import type { Knex } from 'knex'
import { AuthError, badInput } from '../core/errors.ts'
import type { Admin } from './require-admin.ts'
import { Role } from './role.ts'

/** @throws AuthError BAD_USER_INPUT for a role that does not exist; FORBIDDEN for one at or above the admin's rank */
export async function requireGrantableRoles(
  trx: Knex,
  admin: Pick<Admin, 'rank'>,
  names: readonly string[],
): Promise<void> {
  const roles = await Role.query(trx).findByIds([...names])
  const unknown = names.find((name) => !roles.some((role) => role.name === name))
  if (unknown !== undefined) throw badInput('input.roles', `There is no role "${unknown}".`)
  for (const role of roles) requireLowerRank(admin, role)
}

/** @throws AuthError FORBIDDEN */
export function requireLowerRank(
  admin: Pick<Admin, 'rank'>,
  { rank }: { readonly rank: number },
): void {
  if (rank < admin.rank) return
  throw new AuthError('FORBIDDEN', {
    message: `Only what is below your own rank (${admin.rank}) can be given, taken or changed.`,
  })
}
