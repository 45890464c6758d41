// When a device last asked whether it was let in: one that asks too often is told to wait.
import type { Knex } from 'knex'

export async function up(db: Knex): Promise<void> {
  await db.raw('alter table oauth_objects add column polled_at timestamptz')
}
