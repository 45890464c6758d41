// Events that were applied, and people who were erased a moment ago.
import type { Knex } from 'knex'

export async function up(db: Knex): Promise<void> {
  await db.raw(`
    -- As @sallyport/claims/events describes it: a migration stays as it is when a package changes.
    create table applied_events (
      event_id text primary key,
      receipt text,
      applied_at timestamptz not null default now()
    );

    -- A hash, for a day: so long nothing can be written in the name of somebody who is gone.
    create table erased_people (
      id_hash text primary key,
      erased_at timestamptz not null default now()
    );
  `)
}
