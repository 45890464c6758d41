// In which session the further factor was enrolled that a session was signed in with, so that "this was not me" finds what came
// of an intruder's.
import type { Knex } from 'knex'

export async function up(db: Knex): Promise<void> {
  await db.raw('alter table sessions add column factor_session_id text')
}
