// What people let apps do, and what the provider keeps of flows that are under way. Ids that are secrets stand as hashes.
import type { Knex } from 'knex'

export async function up(db: Knex): Promise<void> {
  await db.raw(`
    alter table oauth_clients add column introspects text[] not null default '{}';

    create table oauth_grants (
      id text primary key,
      user_id text not null references users on delete cascade,
      client_id text not null,
      client_name text not null,
      session_id text not null,
      scopes text[] not null,
      rejected_scopes text[] not null default '{}',
      resources text[] not null,
      offline boolean not null,
      created_at timestamptz not null default now(),
      last_used_at timestamptz,
      expires_at timestamptz not null,
      revoked_at timestamptz,
      revoked_reason text
    );
    create index oauth_grants_of_user on oauth_grants (user_id, created_at, id);
    create index oauth_grants_of_client on oauth_grants (client_id);
    create index oauth_grants_of_session on oauth_grants (session_id);
    create index oauth_grants_to_delete on oauth_grants (expires_at);

    create table oauth_objects (
      model text not null,
      id_hash text not null,
      payload jsonb not null,
      sealed_id text,
      key_encryption_version integer,
      grant_id text references oauth_grants on delete cascade,
      user_code_hash text,
      browser_hash text,
      claimed_by text,
      consumed_at timestamptz,
      expires_at timestamptz not null,
      primary key (model, id_hash)
    );
    create index oauth_objects_of_grant on oauth_objects (grant_id) where grant_id is not null;
    create unique index oauth_objects_by_user_code on oauth_objects (user_code_hash) where user_code_hash is not null;
    create index oauth_objects_to_delete on oauth_objects (expires_at);

    create table oauth_refresh_families (
      family_id text primary key,
      grant_id text not null references oauth_grants on delete cascade,
      family_hash text not null,
      turn_hash text not null,
      previous_turn_hash text,
      sealed_successor text,
      context_hash text,
      generation integer not null default 0,
      rotated_at timestamptz,
      payload jsonb not null,
      created_at timestamptz not null default now(),
      idle_expires_at timestamptz not null,
      expires_at timestamptz not null
    );
    create index oauth_refresh_families_of_grant on oauth_refresh_families (grant_id);
    create index oauth_refresh_families_to_delete on oauth_refresh_families (expires_at);
    create index oauth_refresh_families_sealed on oauth_refresh_families (rotated_at) where sealed_successor is not null`)
}
