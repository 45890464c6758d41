// Sees erasures through: asks again anyone who has not answered, and raises an alarm when the deadline has passed.
import type { Knex } from 'knex'
import type { Logger } from 'pino'
import type { AuthConfig } from '../config.ts'
import { transact } from '../core/database.ts'
import { reopened } from '../core/events/replay.ts'

interface SuperviseDeps {
  readonly db: Knex
  readonly log: Logger
  readonly config: Pick<AuthConfig, 'erasureRetryMinutes'>
}

const LOOK_MS = 30_000
const ALERT_MINUTES = 60

export function startErasureSupervision(deps: SuperviseDeps): { stop(): void } {
  const timer = setInterval(() => {
    superviseErasures(deps).catch((error: unknown) =>
      deps.log.warn({ err: error }, 'erasures could not be looked after'),
    )
  }, LOOK_MS)
  timer.unref()
  return { stop: () => clearInterval(timer) }
}

/** Several instances may do so at once: each row is asked for, and alerted on, by one of them. */
export async function superviseErasures({ db, log, config }: SuperviseDeps): Promise<void> {
  await askAgain(db, config.erasureRetryMinutes)
  const overdue: { id: string; deadline_at: Date }[] = await db('erasures')
    .whereNull('completed_at')
    .whereRaw(
      "deadline_at < now() and (alerted_at is null or alerted_at < now() - ? * interval '1 minute')",
      [ALERT_MINUTES],
    )
    .update({ alerted_at: db.fn.now() })
    .returning(['id', 'deadline_at'])
  for (const { id, deadline_at } of overdue) {
    const subgraphs = await db('erasure_receipts')
      .where('erasure_id', id)
      .whereNull('completed_at')
      .pluck('subgraph')
    log.error({ erasureId: id, deadline: deadline_at, subgraphs }, 'an erasure is overdue')
  }
}

/** The event is sent again, with its id: who has erased already answers with the receipt of that time. */
async function askAgain(db: Knex, retryMinutes: number): Promise<void> {
  await transact(db, async (trx) => {
    const asked: { erasure_id: string }[] = await trx('erasure_receipts')
      .whereNull('completed_at')
      .whereRaw("asked_at < now() - ? * interval '1 minute'", [retryMinutes])
      .update({ asked_at: trx.fn.now() })
      .returning('erasure_id')
    if (asked.length === 0) return
    const erasures = asked.map((row) => row.erasure_id)
    await trx('outbox_events')
      .whereIn('id', trx('erasures').whereIn('id', erasures).select('event_id'))
      .whereNotNull('published_at')
      .update(reopened(trx))
  })
}

export interface ErasureMetrics {
  readonly running: number
  readonly overdue: number
}

export async function readErasureMetrics(db: Knex): Promise<ErasureMetrics> {
  const { rows } = await db.raw<{ rows: { running: string; overdue: string }[] }>(
    `select count(*) as running, count(*) filter (where deadline_at < now()) as overdue
     from erasures where completed_at is null`,
  )
  return { running: Number(rows[0]?.running), overdue: Number(rows[0]?.overdue) }
}

export interface OverdueErasure {
  readonly id: string
  /** Those that have not answered. */
  readonly subgraphs: readonly string[]
}

/** The oldest first: what `waive-receipt` takes. */
export async function listOverdueErasures(db: Knex, limit: number): Promise<OverdueErasure[]> {
  const { rows } = await db.raw<{ rows: OverdueErasure[] }>(
    `select id, array(
       select subgraph from erasure_receipts
       where erasure_id = erasures.id and completed_at is null order by subgraph) as subgraphs
     from erasures where completed_at is null and deadline_at < now()
     order by deadline_at, id limit ?`,
    [limit],
  )
  return rows
}
