// When a password was last set with the mailbox alone: a first further factor is not added on the way in right after it.
import type { Knex } from 'knex'

export async function up(db: Knex): Promise<void> {
  await db.raw('alter table users add column password_reset_at timestamptz')
}
