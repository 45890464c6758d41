// What waits for a target: a row for each event, written in the transaction that emits it, and removed once it was taken.
import type { Knex } from 'knex'
import { transact } from '../core/database.ts'
import type { OutboxEvent } from '../core/events/envelope.ts'
import { WEBHOOK_LEASE_SECONDS } from '../core/events/replay.ts'
import type { WebhookTarget } from './targets.ts'

const EVENTS_OF_A_USER = 20

/** A target that is new gets what happens from now on; one that is no longer in the settings loses what waits for it. */
export async function syncTargets(db: Knex, targets: readonly WebhookTarget[]): Promise<void> {
  await transact(db, async (trx) => {
    const names = targets.map(({ name }) => name)
    await trx('webhook_targets').whereNotIn('name', names).delete()
    for (const { name, types } of targets) {
      await trx.raw(
        `insert into webhook_targets (name, types) values (?, ?::text[])
         on conflict (name) do update set types = excluded.types
         where webhook_targets.types is distinct from excluded.types`,
        [name, types && [...types]],
      )
    }
  })
}

/** Takes users by the oldest event that waits for this target, so that no other instance is at the same one. */
export async function claimUsers(db: Knex, target: string, limit: number): Promise<string[]> {
  const { rows } = await db.raw<{ rows: { user_id: string }[] }>(
    `update webhook_deliveries
     set attempts = attempts + 1, available_at = now() + ? * interval '1 second'
     where target = ? and event_id in (
       select event_id from webhook_deliveries as oldest
       where target = ? and available_at <= now() and not exists (
         select from webhook_deliveries as earlier
         where earlier.target = oldest.target and earlier.user_id = oldest.user_id
           and earlier.sequence < oldest.sequence)
       order by sequence limit ? for update skip locked)
     returning user_id`,
    [WEBHOOK_LEASE_SECONDS, target, target, limit],
  )
  return rows.map((row) => row.user_id)
}

export type WaitingEvent = OutboxEvent &
  Opened & {
    readonly attempts: number
  }

/** One delivery of an event, as often as it was asked for: a replay opens it anew. */
export interface Opened {
  readonly id: string
  /** As the database writes it: to the microsecond. */
  readonly opened_at: string
}

/** The claim of the oldest holds for all of them. */
export async function readQueue(
  db: Knex,
  { target, userId }: { readonly target: string; readonly userId: string },
): Promise<WaitingEvent[]> {
  return await db('webhook_deliveries as delivery')
    .join('outbox_events as event', 'event.id', 'delivery.event_id')
    .where({ 'delivery.target': target, 'delivery.user_id': userId })
    .orderBy('delivery.sequence')
    .limit(EVENTS_OF_A_USER)
    .select(
      'event.id',
      'event.sequence',
      'event.type',
      'event.user_id',
      'event.data',
      'event.occurred_at',
      'event.replays',
      'delivery.attempts',
      db.raw('delivery.opened_at::text as opened_at'),
    )
}

export interface Outcome {
  readonly taken: readonly Opened[]
  /** The first that was not taken: it waits for as long, and what is behind it with it. */
  readonly held: { readonly id: string; readonly pauseSeconds: number } | null
}

/**
 * In one transaction: an event that is gone frees the next, which may have to wait. One that was replayed while it was under
 * way stays: it was asked for after it had left.
 */
export async function settle(db: Knex, target: string, { taken, held }: Outcome): Promise<void> {
  await transact(db, async (trx) => {
    if (held !== null) {
      await trx('webhook_deliveries')
        .where({ target, event_id: held.id })
        .update({ available_at: trx.raw("now() + ? * interval '1 second'", [held.pauseSeconds]) })
    }
    if (taken.length === 0) return
    await trx.raw(
      `delete from webhook_deliveries as delivery
       using unnest(?::text[], ?::text[]) as taken (id, opened_at)
       where target = ? and event_id = taken.id::uuid and delivery.opened_at = taken.opened_at::timestamptz`,
      [taken.map(({ id }) => id), taken.map(({ opened_at }) => opened_at), target],
    )
  })
}
