// There is always an admin who can sign in: whoever would be the last one stays, also when two leave at once.
import type { Knex } from 'knex'
import { AuthError } from '../errors.ts'

/**
 * Call it before a user loses the role, or goes. Parallel calls wait for each other on the role's row.
 * @throws AuthError LAST_ADMIN when no other active user has the role
 */
export async function requireAnotherAdmin(trx: Knex, userId: string): Promise<void> {
  await trx('roles').where('name', 'admin').forUpdate().first('name')
  const another = await trx('user_roles')
    .join('users', 'users.id', 'user_roles.user_id')
    .where({ role_name: 'admin', status: 'ACTIVE' })
    .whereNot('user_id', userId)
    .first('user_id')
  if (another === undefined) throw new AuthError('LAST_ADMIN')
}
