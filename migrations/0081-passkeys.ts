// Passkeys: the public key of each, and what its authenticator said of itself when it was last used.
import type { Knex } from 'knex'

export async function up(db: Knex): Promise<void> {
  await db.raw(`
    create table passkeys (
      factor_id text primary key references factors on delete cascade,
      credential_id text not null unique,
      public_key text not null,
      sign_count bigint not null,
      is_backup_eligible boolean not null,
      is_backed_up boolean not null,
      transports text[] not null default '{}',
      aaguid text not null
    )`)
}
