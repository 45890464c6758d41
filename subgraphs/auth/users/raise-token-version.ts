// Makes every token of a user stale: clients refresh, and get what is true now.
import type { Knex } from 'knex'
import { revoke } from '../core/revoke.ts'

/** Call it in the transaction that changes roles, claims, status or password. It also empties the user's cached keys. */
export async function raiseTokenVersion(trx: Knex, userId: string): Promise<void> {
  const [row] = await trx('users')
    .where('id', userId)
    .update({ token_version: trx.raw('token_version + 1'), updated_at: trx.fn.now() })
    .returning('token_version')
  await revoke(trx, [{ kind: 'user', id: userId, ver: row.token_version }])
}
