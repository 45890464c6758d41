// Apps that are still to be told that a person's session ended (OpenID Connect Back-Channel Logout 1.0).
import type { Knex } from 'knex'

export async function up(db: Knex): Promise<void> {
  await db.raw(`
    create table oauth_logouts (
      id bigint generated always as identity primary key,
      client_id text not null references oauth_clients on delete cascade,
      user_id text not null,
      session_id text not null,
      attempts integer not null default 0,
      available_at timestamptz not null default now()
    );
    create index oauth_logouts_by_time on oauth_logouts (available_at);
    create index oauth_logouts_of_client on oauth_logouts (client_id)`)
}
