// Turns before the previous one that a client may still hold: their successors were made without being presented.
import type { Knex } from 'knex'

export async function up(db: Knex): Promise<void> {
  await db.raw(`alter table sessions add column earlier_turn_hashes text[] not null default '{}'`)
}
