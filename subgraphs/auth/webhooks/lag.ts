// How far behind each target is: for metrics, for doctor, and for an alarm.
import type { Knex } from 'knex'

export interface WebhookLag {
  readonly target: string
  readonly waiting: number
  /** Since the oldest was emitted, or was asked for again; 0 when none waits. */
  readonly oldestSeconds: number
}

export async function readWebhookLag(db: Knex): Promise<WebhookLag[]> {
  const { rows } = await db.raw<{ rows: { name: string; waiting: string; oldest: string }[] }>(
    `select name, count(event_id) as waiting,
       coalesce(extract(epoch from clock_timestamp() - min(opened_at)), 0) as oldest
     from webhook_targets left join webhook_deliveries on target = name
     group by name order by name`,
  )
  return rows.map(({ name, waiting, oldest }) => ({
    target: name,
    waiting: Number(waiting),
    oldestSeconds: Math.max(0, Number(oldest)),
  }))
}
