// Recovery codes: hashes of those that were not used yet.
import type { Knex } from 'knex'

export async function up(db: Knex): Promise<void> {
  await db.raw(`
    create table recovery_codes (
      user_id text not null references users on delete cascade,
      code_hash text not null,
      key_version integer not null,
      session_id text not null,
      created_at timestamptz not null default now(),
      primary key (user_id, code_hash)
    )`)
}
