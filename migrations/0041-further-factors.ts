// Further factors of people, the secrets of authenticator apps, and when a session last proved a further factor. Adds only, so
// that instances of the version before go on beside it.
import type { Knex } from 'knex'

export async function up(db: Knex): Promise<void> {
  await db.raw(`
    create table factors (
      id text primary key,
      user_id text not null references users on delete cascade,
      kind text not null,
      name text,
      session_id text not null,
      created_at timestamptz(3) not null default now(),
      confirmed_at timestamptz,
      last_used_at timestamptz
    );
    create index factors_by_user on factors (user_id, created_at, id);

    create table totp_secrets (
      factor_id text primary key references factors on delete cascade,
      encrypted_secret text not null,
      key_version integer not null,
      last_step bigint not null default 0
    );
    create index totp_secrets_by_key on totp_secrets (key_version);

    alter table sessions
      add column mfa_at timestamptz,
      add column mfa_before timestamptz,
      add column authentication_methods_before text[]`)
}
