// How far behind the relay is: a figure for metrics, for doctor, and for an alarm.
import type { Knex } from 'knex'

export interface EventLag {
  readonly waiting: number
  /** Since the oldest was emitted, or was asked for again; 0 when none waits. */
  readonly oldestSeconds: number
}

export async function readEventLag(db: Knex): Promise<EventLag> {
  const { rows } = await db.raw<{ rows: { waiting: string; oldest: string }[] }>(
    `select count(*) as waiting,
       coalesce(extract(epoch from clock_timestamp() - min(opened_at)), 0) as oldest
     from outbox_events where published_at is null`,
  )
  return { waiting: Number(rows[0]?.waiting), oldestSeconds: Math.max(0, Number(rows[0]?.oldest)) }
}
