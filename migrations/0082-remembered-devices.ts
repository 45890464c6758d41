// On which known devices the further factor is not asked for, and for how long. Adds only.
import type { Knex } from 'knex'

export async function up(db: Knex): Promise<void> {
  await db.raw(`
    alter table known_devices
      add column remembered_id text unique,
      add column remembered_name text,
      add column remembered_at timestamptz(3),
      add column remembered_until timestamptz(3)`)
}
