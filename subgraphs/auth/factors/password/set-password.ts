// Where a user's password is written, and what is read of it.
import type { Knex } from 'knex'
import { forgetRemembered } from '../../sessions/remembered.ts'
import { raiseTokenVersion } from '../../users/raise-token-version.ts'
import type { User } from '../../users/user.ts'
import type { StoredPassword } from './hasher.ts'

/** Tokens made before are stale from this transaction on. */
export async function setPassword(
  trx: Knex,
  userId: string,
  stored: StoredPassword,
): Promise<void> {
  await trx('users')
    .where('id', userId)
    .update({ password_hash: stored.hash, password_pepper_version: stored.pepperVersion })
  await forgetRemembered(trx, userId)
  await raiseTokenVersion(trx, userId)
}

/** null: no such user, or one who has to choose a password first. */
export function storedPasswordOf(user: User | undefined): StoredPassword | null {
  if (user === undefined || user.password_hash === null) return null
  return { hash: user.password_hash, pepperVersion: user.password_pepper_version ?? 0 }
}

/** For the mail that tells of a change: anyone who got in may have made some. */
export async function activeKeysOf(trx: Knex, userId: string): Promise<number> {
  const [row] = await trx('api_keys').where({ user_id: userId, status: 'ACTIVE' }).count()
  return Number(row?.count ?? 0)
}
