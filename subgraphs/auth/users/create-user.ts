// Inserts a user with the built-in role; `user.registered` leaves with the same commit.
import type { Knex } from 'knex'
import { emitEvent } from '../events/emit.ts'
import { newId } from '../identifiers.ts'
import type { StoredPassword } from '../passwords/hasher.ts'
import { findUserWithRoles, type UserWithRoles } from './user.ts'

export interface NewUser {
  readonly email: string
  readonly emailNormalized: string
  readonly password: StoredPassword | null
  readonly fullName: string | null
  readonly displayName: string | null
  readonly roles: readonly string[]
}

/** @returns null when the address has an account already */
export async function createUser(trx: Knex, newUser: NewUser): Promise<UserWithRoles | null> {
  const id = newId('usr')
  const inserted = await trx('users')
    .insert({
      id,
      email: newUser.email,
      email_normalized: newUser.emailNormalized,
      email_verified: true,
      full_name: newUser.fullName,
      display_name: newUser.displayName,
      password_hash: newUser.password?.hash ?? null,
      password_pepper_version: newUser.password?.pepperVersion ?? null,
    })
    .onConflict('email_normalized')
    .ignore()
    .returning('id')
  if (inserted.length === 0) return null
  await trx('user_roles').insert(newUser.roles.map((role_name) => ({ user_id: id, role_name })))
  await emitEvent(trx, 'user.registered', id, { roles: newUser.roles })
  return (await findUserWithRoles(trx, id)) ?? null
}
