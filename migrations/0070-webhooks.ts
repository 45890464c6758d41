// Webhooks: who is told of events, and what waits for each of them. Adds only, so that instances of the version before go on
// beside it; what those emit meanwhile is for a replay.
import type { Knex } from 'knex'

export async function up(db: Knex): Promise<void> {
  await db.raw(`
    create table webhook_targets (
      name text primary key,
      types text[]
    );

    create table webhook_deliveries (
      target text not null references webhook_targets on delete cascade,
      event_id uuid not null references outbox_events on delete cascade,
      sequence bigint not null,
      user_id text not null,
      attempts integer not null default 0,
      available_at timestamptz not null default now(),
      opened_at timestamptz not null default now(),
      primary key (target, event_id)
    );
    create index webhook_deliveries_in_order on webhook_deliveries (target, user_id, sequence);
    create index webhook_deliveries_by_age on webhook_deliveries (target, sequence);
    create index webhook_deliveries_by_event on webhook_deliveries (event_id)`)
}
