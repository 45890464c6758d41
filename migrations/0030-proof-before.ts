// What a refresh token from before a proof of presence still proves, and until when one from before a new password counts.
import type { Knex } from 'knex'

export async function up(db: Knex): Promise<void> {
  await db.raw(`alter table sessions
    add column authenticated_before timestamptz,
    add column predecessors_expire_at timestamptz`)
}
