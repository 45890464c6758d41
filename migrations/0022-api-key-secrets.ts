// When a key got the secret that it has: whoever takes an account back revokes what an intruder rotated.
import type { Knex } from 'knex'

export async function up(db: Knex): Promise<void> {
  await db.raw('alter table api_keys add column secret_changed_at timestamptz(3)')
}
