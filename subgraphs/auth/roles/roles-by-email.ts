// What the command line does with roles: by address, without a rank to obey, and making a role that is not there.
import type { Knex } from 'knex'
import { tryParseEmail } from '../users/normalize-email.ts'
import { findUserByEmail, type User } from '../users/user.ts'
import { giveRole, takeRole } from './give-role.ts'
import { lockAdmins, requireAnotherAdmin } from './last-admin.ts'

const BY_OPERATOR = { actor: { kind: 'operator' } } as const
/** Of a role that is made in passing; `updateRole` sets another. */
const DEFAULT_RANK = 10

/** @throws Error that says so when there is no such user */
export async function grantRoleByEmail(
  trx: Knex,
  { email, role }: { readonly email: string; readonly role: string },
): Promise<{ user: User; isNew: boolean }> {
  const user = await requireUser(trx, email)
  await trx('roles').insert({ name: role, rank: DEFAULT_RANK }).onConflict('name').ignore()
  const isNew = await giveRole(trx, null, { userId: user.id, role, by: BY_OPERATOR })
  return { user, isNew }
}

/** @throws Error when there is no such user; AuthError LAST_ADMIN */
export async function revokeRoleByEmail(
  trx: Knex,
  { email, role }: { readonly email: string; readonly role: string },
): Promise<{ user: User; hadIt: boolean }> {
  if (role === 'admin') await lockAdmins(trx)
  const user = await requireUser(trx, email)
  if (role === 'admin') await requireAnotherAdmin(trx, user.id)
  const hadIt = await takeRole(trx, null, { userId: user.id, role, by: BY_OPERATOR })
  return { user, hadIt }
}

async function requireUser(trx: Knex, emailText: string): Promise<User> {
  const email = tryParseEmail(emailText)
  const user = email === null ? undefined : await findUserByEmail(trx, email)
  if (user === undefined) throw new Error(`There is no user with the address ${emailText}`)
  return user
}
