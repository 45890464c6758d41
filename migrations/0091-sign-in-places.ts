// When and where somebody last signed in, as coarsely as an operator's file knows networks: for what is unusual about the next time.
import type { Knex } from 'knex'

export async function up(db: Knex): Promise<void> {
  await db.raw(`
    create table sign_in_places (
      user_id text primary key references users on delete cascade,
      last_at timestamptz(3) not null default now(),
      country text,
      latitude double precision,
      longitude double precision,
      countries text[] not null default '{}'
    )`)
}
