// Whether the code of a verification ever left: one that nobody was mailed is right for nobody, whoever guesses it.
import type { Knex } from 'knex'

export async function up(db: Knex): Promise<void> {
  await db.raw('alter table verifications add column is_mailed boolean not null default true')
}
