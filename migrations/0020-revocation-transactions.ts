// Which transaction wrote a revocation: the feed asks for what it could not see before, by snapshots and not by clocks.
import type { Knex } from 'knex'

export async function up(db: Knex): Promise<void> {
  await db.raw(`
    alter table revocations
      add column recorded_by xid8 not null default pg_current_xact_id(),
      drop constraint revocations_kind_check,
      add constraint revocations_kind_check check
        (kind in ('session', 'user', 'api-key', 'api-key-changed', 'signing-key', 'issued-before'));
    drop index revocations_by_time;
    create index revocations_by_transaction on revocations (recorded_by, id);
  `)
}
