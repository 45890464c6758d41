// Keys that nobody verified, for the sweep that removes them: every ten seconds it read all keys to find none.
import type { Knex } from 'knex'

export async function up(db: Knex): Promise<void> {
  await db.raw(`
    create index api_keys_pending on api_keys (pending_expires_at) where status = 'PENDING'
  `)
}
