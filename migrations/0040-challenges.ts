// A verification becomes the challenge of every flow: it may ask for more than a mailed code, one thing after the other, and
// holds what was proved. Adds and loosens only, so that instances of the version before go on beside it.
import type { Knex } from 'knex'

export async function up(db: Knex): Promise<void> {
  await db.raw(`alter table verifications
    alter column email drop not null,
    alter column email_normalized drop not null,
    add column methods text[] not null default '{EMAIL_CODE}',
    add column proved jsonb,
    add column factor_state jsonb not null default '{}',
    add column step integer not null default 0,
    add column device_name text,
    add column device_hash text`)
}
