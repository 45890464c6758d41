// Gives a user a role. Their tokens are stale from then on, so the new role counts within the revocation bound.
import type { Knex } from 'knex'
import { recordAudit } from '../audit/record.ts'
import { emitEvent } from '../events/emit.ts'
import { revoke } from '../revocation/revoke.ts'
import { tryParseEmail } from './normalize-email.ts'
import { findUserByEmail, type User } from './user.ts'

/** @throws Error that says what to do when the user or the role does not exist */
export async function grantRole(
  trx: Knex,
  input: { readonly email: string; readonly role: string },
): Promise<{ user: User; isNew: boolean }> {
  const email = tryParseEmail(input.email)
  const user = email === null ? undefined : await findUserByEmail(trx, email)
  if (user === undefined) throw new Error(`There is no user with the address ${input.email}`)
  await trx('roles').insert({ name: input.role, rank: 10 }).onConflict('name').ignore()
  const granted = await trx('user_roles')
    .insert({ user_id: user.id, role_name: input.role })
    .onConflict(['user_id', 'role_name'])
    .ignore()
    .returning('user_id')
  if (granted.length === 0) return { user, isNew: false }
  await raiseTokenVersion(trx, user.id)
  await recordAudit(trx, null, {
    action: 'role.granted',
    actor: { kind: 'operator' },
    userId: user.id,
    detail: { role: input.role },
  })
  await emitEvent(trx, 'user.updated', user.id, { changed: ['roles'] })
  return { user, isNew: true }
}

/** Every token made before is refused as TOKEN_STALE: clients refresh, and get what is true now. */
export async function raiseTokenVersion(trx: Knex, userId: string): Promise<void> {
  const [row] = await trx('users')
    .where('id', userId)
    .update({ token_version: trx.raw('token_version + 1'), updated_at: trx.fn.now() })
    .returning('token_version')
  await revoke(trx, [{ kind: 'user', id: userId, ver: row.token_version }])
}
