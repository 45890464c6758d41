// What the relay needs to know of an event: whether it left, when it may be tried, and how often it was sent again.
import type { Knex } from 'knex'

export async function up(db: Knex): Promise<void> {
  await db.raw(`
    alter table outbox_events
      add column published_at timestamptz,
      add column available_at timestamptz not null default now(),
      add column opened_at timestamptz not null default now(),
      add column attempts integer not null default 0,
      add column replays integer not null default 0;
    create index outbox_events_open on outbox_events (user_id, sequence) where published_at is null;
    create index outbox_events_open_by_age on outbox_events (sequence) where published_at is null;
    create index outbox_events_to_delete on outbox_events (published_at) where published_at is not null;
  `)
}
