// Clients whose id is the address of a document about themselves.
import type { Knex } from 'knex'

export async function up(db: Knex): Promise<void> {
  await db.raw(`
    alter table oauth_clients drop constraint oauth_clients_source_check;
    alter table oauth_clients add constraint oauth_clients_source_check
      check (source in ('API', 'FILE', 'REGISTRATION', 'DOCUMENT'))`)
}
