// Apps that are given tokens by Sallyport, and what ends their tokens: an entry for a client ends those issued until that moment
// (`ver`, in seconds), one for a grant all of that grant's.
import type { Knex } from 'knex'

export async function up(db: Knex): Promise<void> {
  await db.raw(`
    create table oauth_clients (
      id text primary key,
      name text not null,
      source text not null check (source in ('API', 'FILE', 'REGISTRATION')),
      redirect_uris text[] not null default '{}',
      post_logout_redirect_uris text[] not null default '{}',
      backchannel_logout_uri text,
      grant_types text[] not null,
      scopes text[] not null default '{}',
      roles text[] not null default '{}',
      resources text[] not null default '{}',
      first_party boolean not null default false,
      auth_method text not null,
      jwks jsonb,
      dpop_required boolean not null default false,
      secret_hash text,
      secret_pepper_version integer,
      previous_secret_hash text,
      previous_pepper_version integer,
      previous_expires_at timestamptz,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now(),
      last_used_at timestamptz
    );
    create index oauth_clients_in_order on oauth_clients (created_at, id);

    alter table revocations drop constraint revocations_kind_check;
    alter table revocations add constraint revocations_kind_check check (kind in
      ('session', 'user', 'api-key', 'api-key-changed', 'signing-key', 'issued-before', 'grant', 'client'))`)
}
