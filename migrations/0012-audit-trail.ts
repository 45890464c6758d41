// The audit trail: append-only, partitioned by month, chained by hash, with what is personal in a table of its own that
// an erasure may empty. The view audit_events shows them as one.
import { createHash, randomBytes } from 'node:crypto'
import type { Knex } from 'knex'

export async function up(db: Knex): Promise<void> {
  await db.raw(`
    alter table audit_events rename to audit_events_before;
    create sequence audit_record_ids;

    create table audit_records (
      id bigint not null default nextval('audit_record_ids'),
      occurred_at timestamptz(3) not null default now(),
      action text not null,
      outcome text not null check (outcome in ('success', 'failure')),
      actor_kind text not null,
      operation_name text,
      operation_hash text,
      request_id text,
      kept jsonb not null default '{}',
      actor_commitment text,
      target_commitment text,
      primary key (occurred_at, id)
    ) partition by range (occurred_at);

    create table audit_personal (
      occurred_at timestamptz(3) not null,
      record_id bigint not null,
      part text not null check (part in ('actor', 'target')),
      person text,
      salt text not null,
      data jsonb not null,
      primary key (occurred_at, record_id, part)
    ) partition by range (occurred_at);
    create index audit_personal_by_person on audit_personal (person, occurred_at, record_id);

    create table audit_seals (
      month date not null,
      position bigint not null check (position > 0),
      record_id bigint not null,
      occurred_at timestamptz(3) not null,
      record_hash text not null,
      hash text not null,
      primary key (month, position)
    ) partition by range (month);
    create index audit_seals_by_record on audit_seals (record_id);

    -- Position 0 opens a month, and says where the chain before it stood.
    create table audit_checkpoints (
      month date not null,
      position bigint not null,
      hash text not null,
      previous_month date,
      previous_position bigint,
      previous_hash text,
      created_at timestamptz not null default now(),
      primary key (month, position)
    );

    create table audit_unsealed (
      record_id bigint primary key,
      occurred_at timestamptz(3) not null
    );

    create view audit_events as
      select record.id, record.occurred_at, record.action, record.outcome, record.actor_kind,
        actor.data ->> 'id' as actor_id,
        actor.data ->> 'ipAddress' as ip_address,
        actor.data ->> 'userAgent' as user_agent,
        actor.data ->> 'sessionId' as actor_session_id,
        actor.data ->> 'apiKeyId' as actor_api_key_id,
        target.data ->> 'id' as user_id,
        target.data ->> 'sessionId' as session_id,
        target.data ->> 'apiKeyId' as api_key_id,
        record.operation_name, record.operation_hash, record.request_id,
        coalesce(target.data -> 'detail', '{}') || record.kept as detail
      from audit_records record
      left join audit_personal actor on actor.occurred_at = record.occurred_at
        and actor.record_id = record.id and actor.part = 'actor'
      left join audit_personal target on target.occurred_at = record.occurred_at
        and target.record_id = record.id and target.part = 'target';

    create function audit_refuse() returns trigger language plpgsql as $$
    begin
      raise exception 'the audit trail is append-only' using errcode = 'insufficient_privilege';
    end $$;
    create trigger append_only before update or delete on audit_records
      for each row execute function audit_refuse();
    create trigger append_only before update or delete on audit_seals
      for each row execute function audit_refuse();
    create trigger append_only before update or delete on audit_checkpoints
      for each row execute function audit_refuse();
    -- Erasure deletes here; the commitments of what was there stay.
    create trigger append_only before update on audit_personal
      for each row execute function audit_refuse();
    create trigger no_truncate before truncate on audit_records execute function audit_refuse();
    create trigger no_truncate before truncate on audit_personal execute function audit_refuse();
    create trigger no_truncate before truncate on audit_seals execute function audit_refuse();
    create trigger no_truncate before truncate on audit_checkpoints execute function audit_refuse();

    -- By its owner's right, so that an application without the right to make tables can have the next month.
    create function audit_add_month(month date) returns boolean
    language plpgsql security definer as $$
    declare
      first_day date := date_trunc('month', month)::date;
      next_day date := (date_trunc('month', month) + interval '1 month')::date;
      suffix text := to_char(month, 'YYYY_MM');
      parent text;
      bounds text;
    begin
      perform pg_advisory_xact_lock(7255003);
      if to_regclass('audit_records_' || suffix) is not null then return false; end if;
      if first_day > now() + interval '1 year' then raise exception 'that month is far away'; end if;
      foreach parent in array array['audit_records', 'audit_personal', 'audit_seals'] loop
        bounds := case parent
          when 'audit_seals' then format('from (%L) to (%L)', first_day, next_day)
          else format('from (%L) to (%L)', first_day || ' 00:00:00+00', next_day || ' 00:00:00+00')
        end;
        -- Attaching does not wait for those who write to other months, as making a partition at once would.
        execute format('create table %I (like %I including defaults including constraints)', parent || '_' || suffix, parent);
        execute format('alter table %I attach partition %I for values %s', parent, parent || '_' || suffix, bounds);
        execute format('create trigger no_truncate before truncate on %I execute function audit_refuse()', parent || '_' || suffix);
      end loop;
      return true;
    end $$;
    -- Nobody's temporary table may stand in for ours.
    do $$ begin
      execute format('alter function audit_add_month(date) set search_path = %I, pg_temp', current_schema());
    end $$;
  `)
  await addMonths(db)
  await carryOver(db)
  await db.raw('drop table audit_events_before')
}

/** The months of what is there, the one before this one, and two ahead. */
async function addMonths(db: Knex): Promise<void> {
  await db.raw(`
    select audit_add_month(month::date) from (
      select distinct date_trunc('month', occurred_at at time zone 'utc') as month from audit_events_before
      union
      select generate_series(
        date_trunc('month', now() at time zone 'utc') - interval '1 month',
        date_trunc('month', now() at time zone 'utc') + interval '2 months',
        interval '1 month')
    ) as months order by month`)
}

interface OldEvent {
  readonly id: string
  readonly [column: string]: unknown
}

async function carryOver(db: Knex): Promise<void> {
  for (let after = '0'; ; ) {
    const rows: OldEvent[] = await db('audit_events_before')
      .where('id', '>', after)
      .orderBy('id')
      .limit(500)
    if (rows.length === 0) break
    for (const row of rows) await carryOverOne(db, row)
    after = rows.at(-1)?.id ?? after
  }
  await db.raw(
    `select setval('audit_record_ids', (select coalesce(max(id), 0) + 1 from audit_records), false)`,
  )
}

async function carryOverOne(db: Knex, row: OldEvent): Promise<void> {
  const target = { id: row.user_id, sessionId: row.session_id, apiKeyId: row.api_key_id }
  const hasDetail = Object.keys(row.detail as object).length > 0
  const parts = [
    part('actor', row.actor_id ?? row.user_id, {
      id: row.actor_id,
      ipAddress: row.ip_address,
      userAgent: row.user_agent,
    }),
    part('target', row.user_id, { ...target, ...(hasDetail ? { detail: row.detail } : {}) }),
  ]
  await db('audit_records').insert({
    id: row.id,
    occurred_at: row.occurred_at,
    action: row.action,
    outcome: row.outcome,
    actor_kind: row.actor_kind,
    operation_name: row.operation_name,
    request_id: row.request_id,
    actor_commitment: parts[0]?.commitment ?? null,
    target_commitment: parts[1]?.commitment ?? null,
  })
  for (const kept of parts.filter((one) => one !== null)) {
    const { commitment: _, ...columns } = kept
    await db('audit_personal').insert({
      occurred_at: row.occurred_at,
      record_id: row.id,
      ...columns,
    })
  }
  await db('audit_unsealed').insert({ record_id: row.id, occurred_at: row.occurred_at })
}

/** As subgraphs/auth/core/audit/commitment.ts made them when this migration was written. */
function part(name: 'actor' | 'target', person: unknown, facts: Record<string, unknown>) {
  const data = Object.fromEntries(
    Object.entries(facts).filter(([, value]) => value !== null && value !== undefined),
  )
  if (Object.keys(data).length === 0) return null
  const salt = randomBytes(16).toString('base64url')
  const text = canonical({ data, person: person ?? null })
  const commitment = createHash('sha256').update(`${salt}\n${text}`).digest('base64url')
  return { part: name, person: person ?? null, salt, data: JSON.stringify(data), commitment }
}

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${entries.map(([key, entry]) => `${JSON.stringify(key)}:${canonical(entry)}`).join(',')}}`
}
