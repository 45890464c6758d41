// Accounts at other services that sign people in, and with which of them a session was signed in: in whose session it was linked. Adds
// only, so that instances of the version before go on beside it.
import type { Knex } from 'knex'

export async function up(db: Knex): Promise<void> {
  await db.raw(`
    create table linked_identities (
      id text primary key,
      user_id text not null references users on delete cascade,
      provider text not null,
      issuer text not null,
      subject text not null,
      email text,
      session_id text not null,
      created_at timestamptz(3) not null default now(),
      last_used_at timestamptz,
      unique (issuer, subject)
    );
    create index linked_identities_by_user on linked_identities (user_id, created_at, id);

    alter table sessions add column identity_session_id text`)
}
