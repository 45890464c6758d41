// What admins work with: a search over users that stays on indexes, descriptions of roles, custom claims.
import type { Knex } from 'knex'

export async function up(db: Knex): Promise<void> {
  // A trusted extension (PostgreSQL 13): the database's owner may create it.
  await db.raw('create extension if not exists pg_trgm')
  await db.raw(`
    alter table users
      add column custom_claims jsonb not null default '{}',
      add column suspended_reason text,
      add column search_text text not null generated always as
        (lower(email_normalized || ' ' || coalesce(full_name, '') || ' ' || coalesce(display_name, ''))) stored,
      add column sort_name text not null generated always as
        (lower(coalesce(full_name, display_name, ''))) stored;
    create index users_by_search on users using gin (search_text gin_trgm_ops);
    create index users_by_email on users (email_normalized, id);
    create index users_by_name on users (sort_name, id);
    create index users_by_status on users (status, created_at, id) where status <> 'ACTIVE';

    alter table roles
      add column description text,
      add column custom_claims jsonb not null default '{}',
      add column created_at timestamptz(3) not null default now();
    update roles set description = case name
      when 'admin' then 'Manages users and roles.' when 'user' then 'Everybody who registers.' end;
  `)
}
