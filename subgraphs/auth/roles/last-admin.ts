// There is always an admin who can act. Whatever takes one away asks here, under a lock.
import type { Knex } from 'knex'
import { AuthError } from '../core/errors.ts'

/** One at a time: two who leave at once would each count the other. Taken before any lock on a user's row. */
export async function lockAdmins(trx: Knex): Promise<void> {
  await trx('roles').where('name', 'admin').forNoKeyUpdate().first('name')
}

/**
 * Call it after `lockAdmins`. The other admin's rows stay locked until the end, so nobody takes that one away meanwhile.
 *
 * @throws AuthError LAST_ADMIN when this is the only active admin
 */
export async function requireAnotherAdmin(trx: Knex, userId: string): Promise<void> {
  const another = await trx('user_roles')
    .join('users', 'users.id', 'user_roles.user_id')
    .where({ 'user_roles.role_name': 'admin', 'users.status': 'ACTIVE' })
    .whereNot('users.id', userId)
    .forShare('user_roles', 'users')
    .first('users.id')
  if (another === undefined) throw new AuthError('LAST_ADMIN')
}
