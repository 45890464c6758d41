// A role that changed: every token of everybody who has it is stale, in one statement however many they are.
import type { Knex } from 'knex'

export async function makeHoldersStale(trx: Knex, role: string): Promise<number> {
  const { rows } = await trx.raw<{ rows: unknown[] }>(
    `with raised as (
       update users set token_version = token_version + 1, updated_at = now()
       where id in (select user_id from user_roles where role_name = ?)
       returning id, token_version)
     insert into revocations (kind, ref, ver, expires_at)
       select 'user', id, token_version, now() + interval '120 minutes' from raised
     returning 1`,
    [role],
  )
  return rows.length
}
