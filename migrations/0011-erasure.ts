// Erasures: what was asked of whom, and what each answered. Nothing here names the person once all have.
import type { Knex } from 'knex'

export async function up(db: Knex): Promise<void> {
  await db.raw(`
    create table erasures (
      id text primary key,
      receipt_hash text not null unique,
      -- Gone when the erasure is complete. No reference: the user is gone from the start.
      user_id text,
      requested_by text not null check (requested_by in ('USER', 'ADMIN')),
      event_id uuid not null,
      created_at timestamptz(3) not null default now(),
      deadline_at timestamptz not null,
      completed_at timestamptz,
      alerted_at timestamptz,
      check ((completed_at is null) = (user_id is not null))
    );
    create index erasures_by_creation on erasures (created_at, id);
    create index erasures_by_event on erasures (event_id);
    create index erasures_open on erasures (deadline_at) where completed_at is null;

    create table erasure_receipts (
      erasure_id text not null references erasures on delete cascade,
      subgraph text not null,
      asked_at timestamptz not null default now(),
      completed_at timestamptz,
      erased integer,
      anonymised integer,
      primary key (erasure_id, subgraph)
    );
    create index erasure_receipts_open on erasure_receipts (asked_at) where completed_at is null;
  `)
}
