// A program may give back one of its tokens, which ends that one alone.
import type { Knex } from 'knex'

export async function up(db: Knex): Promise<void> {
  await db.raw(`
    alter table revocations drop constraint revocations_kind_check;
    alter table revocations add constraint revocations_kind_check check (kind in
      ('session', 'user', 'api-key', 'api-key-changed', 'signing-key', 'issued-before', 'grant', 'client', 'token'))`)
}
