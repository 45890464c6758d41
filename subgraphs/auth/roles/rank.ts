// Roles have a rank. Nobody grants, edits or manages at or above their own (GHSA-wj56-g96r-673q was the lack of it).
import type { Knex } from 'knex'
import { AuthError } from '../core/errors.ts'
import { findUserWithRoles, type UserWithRoles } from '../users/user.ts'

/** The highest rank of these roles; below every role without one. */
export async function rankOfRoles(trx: Knex, roles: readonly string[]): Promise<number> {
  const [row] = await trx('roles')
    .whereIn('name', [...roles])
    .max('rank as rank')
  return row?.rank ?? -1
}

/**
 * The user to be managed, locked.
 * @throws AuthError NOT_FOUND; FORBIDDEN for somebody of the manager's rank or above
 */
export async function findManageable(
  trx: Knex,
  manager: { readonly rank: number },
  userId: string,
): Promise<UserWithRoles> {
  const user = await findUserWithRoles(trx, userId, 'update')
  if (user === undefined) throw new AuthError('NOT_FOUND')
  if ((await rankOfRoles(trx, user.roles)) >= manager.rank) {
    throw new AuthError('FORBIDDEN', {
      message: 'You cannot manage somebody of your own rank or above.',
    })
  }
  return user
}
