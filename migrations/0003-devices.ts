// Which device a session runs on, and whether that device ever proved the mailbox.
import type { Knex } from 'knex'

export async function up(db: Knex): Promise<void> {
  await db.raw(`
    alter table known_devices add column proven boolean not null default true;
    alter table sessions add column device_hash text;
  `)
}
