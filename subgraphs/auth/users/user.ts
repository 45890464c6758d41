// A user, and the roles and scopes that follow from them.
import type { Knex } from 'knex'
import { Model } from 'objection'
import type { EmailAddress } from './normalize-email.ts'

export type UserStatus = 'ACTIVE' | 'SUSPENDED'

export class User extends Model {
  static override readonly tableName = 'users'

  declare id: string
  declare email: string
  declare email_normalized: string
  declare email_verified: boolean
  declare full_name: string | null
  declare display_name: string | null
  declare status: UserStatus
  declare password_hash: string | null
  declare password_pepper_version: number | null
  /** `ver` of tokens: raised in the transaction that changes roles, status or password. */
  declare token_version: number
  declare created_at: Date
  declare updated_at: Date
}

export type UserWithRoles = User & { readonly roles: string[]; readonly scopes: string[] }

/** A user's roles by name, and the union of those roles' scopes: everything that a first-party session may. */
export async function loadRoles(
  db: Knex,
  userIds: readonly string[],
): Promise<Map<string, RolesAndScopes>> {
  const rows: { user_id: string; name: string; scopes: string[] }[] = await db('user_roles')
    .join('roles', 'roles.name', 'user_roles.role_name')
    .whereIn('user_roles.user_id', [...userIds])
    .orderBy('roles.name')
    .select('user_roles.user_id', 'roles.name', 'roles.scopes')
  const byUser = new Map<string, RolesAndScopes>(
    userIds.map((id) => [id, { roles: [], scopes: [] }]),
  )
  for (const row of rows) {
    const entry = byUser.get(row.user_id)
    entry?.roles.push(row.name)
    entry?.scopes.push(...row.scopes.filter((scope) => !entry.scopes.includes(scope)))
  }
  return byUser
}

export interface RolesAndScopes {
  readonly roles: string[]
  readonly scopes: string[]
}

/** @param lock `share` or `update` holds the row until the transaction ends */
export async function findUserWithRoles(
  db: Knex,
  id: string,
  lock?: 'share' | 'update',
): Promise<UserWithRoles | undefined> {
  const query = User.query(db).findById(id)
  if (lock === 'share') query.forShare()
  if (lock === 'update') query.forUpdate()
  const user = await query
  if (user === undefined) return undefined
  return Object.assign(user, (await loadRoles(db, [id])).get(id) ?? { roles: [], scopes: [] })
}

export async function findUserByEmail(db: Knex, email: EmailAddress): Promise<User | undefined> {
  return await User.query(db).findOne({ email_normalized: email.normalized })
}
