// Inserts a user with a primary address; `user.registered` leaves with the same commit.
import type { Knex } from 'knex'
import { emitEvent } from '../core/events/emit.ts'
import { newId } from '../core/identifiers.ts'
import type { UserStatus } from '../generated.ts'
import type { CustomClaims } from './custom-claims.ts'
import { findUserWithRoles, type UserWithRoles } from './user.ts'
import { insertEmail } from './user-email.ts'

export interface NewUser {
  /** Default: a new one. An imported user keeps the one from before. */
  readonly id?: string
  readonly email: string
  readonly emailNormalized: string
  /** Default true. */
  readonly isEmailVerified?: boolean
  readonly password: { readonly hash: string; readonly pepperVersion: number } | null
  readonly fullName: string | null
  readonly displayName: string | null
  readonly roles: readonly string[]
  /** Default ACTIVE. */
  readonly status?: UserStatus
  readonly customClaims?: CustomClaims
  readonly createdAt?: Date
}

/** @returns null when the address has an account already */
export async function createUser(trx: Knex, newUser: NewUser): Promise<UserWithRoles | null> {
  const id = newUser.id ?? newId('usr')
  const isEmailVerified = newUser.isEmailVerified ?? true
  const address = { address: newUser.email, normalized: newUser.emailNormalized }
  const email = await insertEmail(trx, { userId: id, email: address, isVerified: isEmailVerified })
  if (email === null) return null
  await trx('users').insert({
    id,
    email: newUser.email,
    email_normalized: newUser.emailNormalized,
    email_verified: isEmailVerified,
    full_name: newUser.fullName,
    display_name: newUser.displayName,
    status: newUser.status ?? 'ACTIVE',
    password_hash: newUser.password?.hash ?? null,
    password_pepper_version: newUser.password?.pepperVersion ?? null,
    custom_claims: JSON.stringify(newUser.customClaims ?? {}),
    ...(newUser.createdAt && { created_at: newUser.createdAt }),
  })
  if (newUser.roles.length > 0) {
    await trx('user_roles').insert(newUser.roles.map((role_name) => ({ user_id: id, role_name })))
  }
  await emitEvent(trx, 'user.registered', id, { roles: newUser.roles })
  return (await findUserWithRoles(trx, id)) ?? null
}
