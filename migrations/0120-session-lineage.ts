// All the sessions that a session came of, by factors and identities: what it was confirmed with later adds to them, and hides none.
// Adds only: instances of the version before write the single columns beside it, which are still read.
import type { Knex } from 'knex'

export async function up(db: Knex): Promise<void> {
  await db.raw("alter table sessions add column came_of text[] not null default '{}'")
}
