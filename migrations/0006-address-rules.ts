// Networks that may use the graph, or must not; for everybody or for admins alone.
import type { Knex } from 'knex'

export async function up(db: Knex): Promise<void> {
  await db.raw(`
    create table address_rules (
      id text primary key,
      action text not null check (action in ('ALLOW', 'DENY')),
      applies_to text not null check (applies_to in ('EVERYBODY', 'ADMINS')),
      network text not null,
      note text,
      created_by text,
      created_at timestamptz(3) not null default now(),
      unique (action, applies_to, network)
    );
  `)
}
