// The partitions of the audit trail: there is always one for the next months, and those past retention are dropped.
import type { Knex } from 'knex'
import type { Logger } from 'pino'
import type { AuthConfig } from '../config.ts'
import { transact } from '../core/database.ts'

interface MonthDeps {
  readonly db: Knex
  readonly log: Logger
  readonly config: Pick<AuthConfig, 'auditRetentionMonths'>
}

const LOOK_MS = 3_600_000
const TABLES = ['audit_records', 'audit_personal', 'audit_seals'] as const
const INSUFFICIENT_PRIVILEGE = '42501'

/** Makes sure of the coming months before it returns, then looks every hour. */
export async function startAuditMonths(deps: MonthDeps): Promise<{ stop(): void }> {
  await addAuditMonths(deps.db)
  const timer = setInterval(() => void look(deps), LOOK_MS)
  timer.unref()
  return { stop: () => clearInterval(timer) }
}

async function look({ db, log, config }: MonthDeps): Promise<void> {
  try {
    await addAuditMonths(db)
    const dropped = await pruneAudit(db, config.auditRetentionMonths)
    if (dropped.length > 0)
      log.info({ months: dropped }, 'audit records past retention were dropped')
  } catch (error) {
    // A role that may not drop tables: `sallyport prune-audit` does it as the owner.
    if ((error as { code?: unknown }).code === INSUFFICIENT_PRIVILEGE) return
    log.warn({ err: error }, 'the months of the audit trail could not be looked after')
  }
}

/** This month, the one before, whose transactions may still commit, and two ahead. */
export async function addAuditMonths(db: Knex): Promise<void> {
  await db.raw(
    `select audit_add_month(generate_series(
       date_trunc('month', now() at time zone 'utc') - interval '1 month',
       date_trunc('month', now() at time zone 'utc') + interval '2 months',
       interval '1 month')::date)`,
  )
}

/**
 * Drops months that ended more than `keepMonths` months ago, records and links together; their checkpoints stay.
 *
 * @returns their first days
 */
export async function pruneAudit(db: Knex, keepMonths: number): Promise<string[]> {
  const dropped: string[] = []
  for (const month of await listAuditMonths(db, keepMonths)) {
    if (!month.isPastRetention) continue
    await transact(db, async (trx) => {
      // Who writes waits for the lock behind us: better another time than for long.
      await trx.raw("set local lock_timeout = '2s'")
      for (const table of TABLES)
        await trx.raw('drop table ??', [`${table}_${month.firstDay.slice(0, 7).replace('-', '_')}`])
    })
    dropped.push(month.firstDay)
  }
  return dropped
}

export interface AuditMonth {
  /** In UTC, as `2026-03-01`. */
  readonly firstDay: string
  readonly isPastRetention: boolean
}

/** The months that there are tables for, oldest first. */
export async function listAuditMonths(db: Knex, keepMonths: number): Promise<AuditMonth[]> {
  const { rows } = await db.raw<{ rows: { first_day: string; is_past: boolean }[] }>(
    `select to_char(month, 'YYYY-MM-DD') as first_day,
       month < date_trunc('month', now() at time zone 'utc') - ? * interval '1 month' as is_past
     from (
       select to_date(right(inhrelid::regclass::text, 7), 'YYYY_MM') as month
       from pg_inherits where inhparent = 'audit_records'::regclass) as months
     order by month`,
    [keepMonths],
  )
  return rows.map((row) => ({ firstDay: row.first_day, isPastRetention: row.is_past }))
}
