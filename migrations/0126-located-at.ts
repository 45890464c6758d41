// When somebody signed in where their coordinates are of: a later sign-in from a network that the file does not know is nearer in time, and
// nowhere. Null: with the last one, as an instance of the version before leaves it.
import type { Knex } from 'knex'

export async function up(db: Knex): Promise<void> {
  await db.raw('alter table sign_in_places add column located_at timestamptz(3)')
}
