// Several e-mail addresses a user, of which users.email is the primary one; verifications that match no code, and facts of their own.
import type { Knex } from 'knex'

export async function up(db: Knex): Promise<void> {
  await db.raw(`
    create table user_emails (
      id text primary key,
      user_id text not null references users on delete cascade deferrable initially deferred,
      email text not null,
      email_normalized text not null unique,
      -- null: an invitation, or an import, that nobody has proved yet.
      verified_at timestamptz,
      created_at timestamptz not null default now(),
      unique (user_id, email_normalized)
    );
    insert into user_emails (id, user_id, email, email_normalized, verified_at, created_at)
      select 'eml_' || replace(gen_random_uuid()::text, '-', ''), id, email, email_normalized,
        case when email_verified then created_at end, created_at from users;
    -- The primary address is always one of the user's own.
    alter table users add constraint users_primary_email foreign key (id, email_normalized)
      references user_emails (user_id, email_normalized) deferrable initially deferred;

    alter table users drop constraint users_status_check;
    alter table users add constraint users_status_check
      check (status in ('INVITED', 'ACTIVE', 'SUSPENDED'));

    alter table verifications
      add column is_decoy boolean not null default false,
      add column detail jsonb not null default '{}';
    update verifications set is_decoy = coalesce((registration ->> 'isTaken')::boolean, false);
  `)
}
