// Apps are told of a session that ends by itself, too: a row waits for its time.
import type { Knex } from 'knex'

export async function up(db: Knex): Promise<void> {
  await db.raw(`
    alter table oauth_logouts add column at_expiry boolean not null default false;
    create unique index oauth_logouts_at_expiry on oauth_logouts (session_id, client_id) where at_expiry`)
}
