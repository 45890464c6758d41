// Users, roles, sessions, verifications, API keys, signing keys, revocations, and the outboxes for mail and events.
import type { Knex } from 'knex'

export async function up(db: Knex): Promise<void> {
  await db.raw(`
    create table roles (
      name text primary key,
      rank integer not null,
      scopes text[] not null default '{}'
    );
    insert into roles (name, rank, scopes) values ('admin', 100, '{}'), ('user', 0, '{}');

    create table users (
      id text primary key check (length(id) <= 128),
      email text not null,
      email_normalized text not null unique,
      email_verified boolean not null default false,
      full_name text,
      display_name text,
      status text not null default 'ACTIVE' check (status in ('ACTIVE', 'SUSPENDED')),
      password_hash text,
      password_pepper_version integer,
      token_version integer not null default 1,
      created_at timestamptz(3) not null default now(),
      updated_at timestamptz not null default now()
    );
    create index users_by_creation on users (created_at, id);

    create table user_roles (
      user_id text not null references users on delete cascade,
      role_name text not null references roles,
      granted_at timestamptz not null default now(),
      primary key (user_id, role_name)
    );
    create index user_roles_by_role on user_roles (role_name);

    create table sessions (
      id text primary key,
      user_id text not null references users on delete cascade,
      status text not null check (status in ('PENDING', 'ACTIVE', 'REVOKED')),
      delivery text not null check (delivery in ('BODY', 'COOKIE')),
      device_name text,
      user_agent text,
      ip_address text,
      authentication_methods text[] not null,
      authenticated_at timestamptz not null default now(),
      csrf_key_version integer,
      created_at timestamptz(3) not null default now(),
      last_used_at timestamptz not null default now(),
      idle_expires_at timestamptz not null,
      expires_at timestamptz not null,
      revoked_at timestamptz,
      revoked_reason text,
      family_id text unique,
      family_hash text,
      family_sealed text,
      family_key_version integer,
      turn_hash text,
      previous_turn_hash text,
      generation integer not null default 0,
      rotated_at timestamptz,
      rotated_from_address text,
      rotated_from_agent text,
      sealed_successor text
    );
    create index sessions_by_user on sessions (user_id, created_at, id);
    create index sessions_to_wipe on sessions (rotated_at) where sealed_successor is not null;
    create index sessions_to_delete on sessions (expires_at);

    create table known_devices (
      user_id text not null references users on delete cascade,
      secret_hash text not null,
      created_at timestamptz not null default now(),
      last_seen_at timestamptz not null default now(),
      primary key (user_id, secret_hash)
    );

    create table api_keys (
      id text primary key,
      user_id text not null references users on delete cascade,
      name text not null,
      key text not null unique,
      status text not null check (status in ('PENDING', 'ACTIVE', 'REVOKED')),
      secret_hash text not null,
      secret_pepper_version integer not null,
      previous_secret_hash text,
      previous_pepper_version integer,
      previous_expires_at timestamptz,
      pending_secret_hash text,
      pending_pepper_version integer,
      pending_overlap_seconds integer,
      pending_expires_at timestamptz,
      roles text[] not null default '{}',
      scopes text[] not null default '{}',
      allowed_ips text[],
      created_at timestamptz(3) not null default now(),
      expires_at timestamptz,
      last_used_at timestamptz,
      revoked_at timestamptz
    );
    create index api_keys_by_user on api_keys (user_id, created_at, id);

    create table verifications (
      id_hash text primary key,
      purpose text not null,
      email text not null,
      email_normalized text not null,
      user_id text references users on delete cascade,
      session_id text references sessions on delete cascade,
      api_key_id text references api_keys on delete cascade,
      registration jsonb,
      delivery text not null default 'BODY' check (delivery in ('BODY', 'COOKIE')),
      flow_hash text,
      code_key_version integer not null,
      send_number integer not null default 1,
      last_sent_at timestamptz not null default now(),
      attempts integer not null default 0,
      code_expires_at timestamptz not null,
      expires_at timestamptz not null,
      consumed_at timestamptz,
      created_at timestamptz not null default now()
    );
    create index verifications_by_email on verifications (email_normalized, purpose);
    create index verifications_by_session on verifications (session_id) where session_id is not null;
    create index verifications_by_api_key on verifications (api_key_id) where api_key_id is not null;
    create index verifications_by_user on verifications (user_id) where user_id is not null;
    create index verifications_to_delete on verifications (expires_at);

    create table signing_keys (
      kid text primary key,
      status text not null check (status in ('pending', 'active', 'retiring', 'retired')),
      public_jwk jsonb not null,
      private_jwk_sealed text not null,
      key_encryption_version integer not null,
      created_at timestamptz not null default now(),
      activated_at timestamptz,
      retiring_at timestamptz,
      compromised boolean not null default false
    );
    create unique index signing_keys_one_active on signing_keys (status) where status = 'active';

    create table revocations (
      id bigint generated always as identity primary key,
      kind text not null check (kind in ('session', 'user', 'api-key', 'api-key-changed', 'signing-key')),
      ref text not null,
      ver integer,
      recorded_at timestamptz not null default clock_timestamp(),
      expires_at timestamptz not null
    );
    create index revocations_by_time on revocations (recorded_at);
    create index revocations_to_delete on revocations (expires_at);

    create table mail_outbox (
      id bigint generated always as identity primary key,
      template text not null,
      recipient text not null,
      verification_id_hash text references verifications on delete cascade,
      send_number integer,
      data jsonb not null default '{}',
      attempts integer not null default 0,
      available_at timestamptz not null default now(),
      created_at timestamptz not null default now()
    );
    create index mail_outbox_due on mail_outbox (available_at);

    create table outbox_events (
      id uuid primary key default gen_random_uuid(),
      sequence bigint generated always as identity,
      type text not null,
      user_id text not null,
      data jsonb not null,
      occurred_at timestamptz not null default now()
    );
    create index outbox_events_in_order on outbox_events (user_id, sequence);

    create table audit_events (
      id bigint generated always as identity primary key,
      action text not null,
      outcome text not null check (outcome in ('success', 'failure')),
      actor_kind text not null,
      actor_id text,
      user_id text,
      session_id text,
      api_key_id text,
      ip_address text,
      user_agent text,
      operation_name text,
      request_id text,
      detail jsonb not null default '{}',
      occurred_at timestamptz not null default now()
    );
    create index audit_events_by_user on audit_events (user_id, id);
    create index audit_events_by_time on audit_events (occurred_at);
  `)
}
