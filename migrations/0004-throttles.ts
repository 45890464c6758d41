// Counters against guessing and mail bombing (as rate-limiter-flexible keeps them), and what operators should be told.
import type { Knex } from 'knex'

export async function up(db: Knex): Promise<void> {
  await db.raw(`
    create table throttles (
      key varchar(255) primary key,
      points integer not null default 0,
      -- Milliseconds since the epoch.
      expire bigint
    );
    create index throttles_to_delete on throttles (expire);

    create table operator_notes (
      name text primary key,
      detail jsonb not null default '{}',
      seen_at timestamptz not null default now()
    );
  `)
}
