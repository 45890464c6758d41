// What a key is bound to beside roles, scopes and addresses. Null: not bound.
import type { Knex } from 'knex'

export async function up(db: Knex): Promise<void> {
  await db.raw(`
    alter table api_keys
      add column rate_limit_max integer,
      add column rate_limit_window_seconds integer,
      add column root_fields text[],
      add column trusted_documents_only boolean not null default false,
      add column cost_per_operation integer,
      add column cost_per_window integer,
      add column cost_window_seconds integer
  `)
}
