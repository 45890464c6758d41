// A user, and the roles and scopes that follow from them.
import type { Knex } from 'knex'
import { Model } from 'objection'
import { trimmed } from '../core/input.ts'
import type { UserStatus } from '../generated.ts'
import type { CustomClaims } from './custom-claims.ts'
import type { EmailAddress } from './normalize-email.ts'

/** Limits of the names that people, and admins for them, choose. */
export const namesInput = { fullName: trimmed(200), displayName: trimmed(200) }

export class User extends Model {
  static override readonly tableName = 'users'
  static override get jsonAttributes(): string[] {
    return ['custom_claims']
  }

  declare id: string
  /** The primary address; all of them are in `user_emails`. */
  declare email: string
  declare email_normalized: string
  declare email_verified: boolean
  declare full_name: string | null
  declare display_name: string | null
  /** INVITED: made by an admin, without a password until the mailed link is followed. */
  declare status: UserStatus
  declare password_hash: string | null
  declare password_pepper_version: number | null
  /** Names of the further factors that they hold. */
  declare further_methods: string[]
  /** `ver` of tokens: raised in the transaction that changes roles, status or password. */
  declare token_version: number
  /** The user's own, without those of roles. */
  declare custom_claims: CustomClaims
  declare suspended_reason: string | null
  declare created_at: Date
  declare updated_at: Date
}

export type UserWithRoles = User & RolesAndScopes

/** What follows from a user's roles: everything that a first-party session may. */
export interface RolesAndScopes {
  readonly roles: string[]
  /** The union of the roles' scopes. */
  readonly scopes: string[]
  /** The roles' custom claims; where two say something, the role of the higher rank counts. */
  readonly roleClaims: CustomClaims
}

/**
 * @param lock holds the row until the transaction ends. Anyone who will write to the user, or count what is theirs, takes
 *   `update` at once: two who hold `share` and then want more wait for each other for ever
 */
export async function findUserWithRoles(
  db: Knex,
  id: string,
  lock?: 'share' | 'update',
): Promise<UserWithRoles | undefined> {
  const query = User.query(db).findById(id)
  if (lock === 'share') query.forShare()
  // Not FOR UPDATE, which rows that refer to the user would wait for, and it for them.
  if (lock === 'update') query.forNoKeyUpdate()
  const user = await query
  if (user === undefined) return undefined
  return Object.assign(user, (await loadRoles(db, [id])).get(id) ?? noRoles())
}

/** By any of a user's addresses. */
export async function findUserByEmail(db: Knex, email: EmailAddress): Promise<User | undefined> {
  const row: object | undefined = await db('users')
    .join('user_emails', 'user_emails.user_id', 'users.id')
    .where('user_emails.email_normalized', email.normalized)
    .first('users.*')
  return row === undefined ? undefined : User.fromDatabaseJson(row)
}

interface RoleRow {
  readonly user_id: string
  readonly name: string
  readonly scopes: string[]
  readonly custom_claims: CustomClaims
  readonly rank: number
}

export async function loadRoles(
  db: Knex,
  userIds: readonly string[],
): Promise<Map<string, RolesAndScopes>> {
  const rows: RoleRow[] = await db('user_roles')
    .join('roles', 'roles.name', 'user_roles.role_name')
    .whereIn('user_roles.user_id', [...userIds])
    .orderBy('roles.name')
    .select('user_roles.user_id', 'roles.name', 'roles.scopes', 'roles.custom_claims', 'roles.rank')
  return new Map(userIds.map((id) => [id, fromRows(rows.filter((row) => row.user_id === id))]))
}

function fromRows(rows: readonly RoleRow[]): RolesAndScopes {
  const byRank = rows.toSorted((one, other) => one.rank - other.rank)
  return {
    roles: rows.map((row) => row.name),
    scopes: [...new Set(rows.flatMap((row) => row.scopes))],
    roleClaims: Object.assign({}, ...byRank.map((row) => row.custom_claims)),
  }
}

/** Of somebody who was erased a moment ago. */
export function noRoles(): RolesAndScopes {
  return { roles: [], scopes: [], roleClaims: {} }
}
