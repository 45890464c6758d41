// The version of OAUTH_CLIENTS_FILE that is true: an instance with an earlier one leaves clients as they are.
import type { Knex } from 'knex'

export async function up(db: Knex): Promise<void> {
  await db.raw(`
    create table oauth_clients_file (
      is_only boolean primary key default true check (is_only),
      version bigint not null
    )`)
}
