// The same from the command line: for an admin whom nobody outranks.
import type { Knex } from 'knex'
import { tryParseEmail } from '../users/normalize-email.ts'
import { findUserByEmail, findUserWithRoles, type User } from '../users/user.ts'
import { takeFactors } from './take-factors.ts'

/** @throws Error that says so when there is no such user */
export async function resetFactorsByEmail(
  trx: Knex,
  typed: string,
): Promise<{ user: User; hadAny: boolean }> {
  const email = tryParseEmail(typed)
  const found = email === null ? undefined : await findUserByEmail(trx, email)
  const user = found && (await findUserWithRoles(trx, found.id, 'update'))
  if (user === undefined) throw new Error(`There is no user with the address ${typed}`)
  const hadAny = await takeFactors(trx, null, { user, by: { actor: { kind: 'operator' } } })
  return { user, hadAny }
}
