// What a person let an app do, by resource: what was let for one is not let for another (RFC 8707). Absent in grants of before, and
// in those that an instance of before writes.
import type { Knex } from 'knex'

export async function up(db: Knex): Promise<void> {
  await db.raw('alter table oauth_grants add column scopes_by_resource jsonb')
}
