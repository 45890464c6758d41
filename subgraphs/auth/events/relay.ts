// Empties the event outbox: at least once, and in order for each user, however many relays share the work.
import type { Knex } from 'knex'
import type { Logger } from 'pino'
import { transact } from '../core/database.ts'
import { messageIdOf, type OutboxEvent, toCloudEvent } from '../core/events/envelope.ts'
import { type Repeating, repeat } from '../core/repeat.ts'
import type { EventPublisher } from './publisher.ts'

interface RelayDeps {
  readonly db: Knex
  readonly log: Logger
  readonly publisher: EventPublisher
  /** The gateway's public address: the `source` of every event. */
  readonly source: string
}

const POLL_MS = 250
const USERS_AT_ONCE = 50
const EVENTS_OF_A_USER = 100
/** A relay that died holds its users back for so long. */
const LEASE_SECONDS = 30
/** Well before its lease ends a relay stops on its own: beyond, another may be at the same user. */
const RUN_MS = 15_000
const MAX_PAUSE_SECONDS = 30

export function startEventRelay(deps: RelayDeps): Repeating {
  return repeat({
    pauseMs: POLL_MS,
    atOnce: true,
    async run() {
      if (!deps.publisher.isReady()) return false
      await deps.publisher.prepare?.()
      return (await relayOnce(deps)) > 0
    },
    onFailure: (error) => deps.log.warn({ err: error }, 'the event outbox could not be read'),
  })
}

/** @returns how many events left */
async function relayOnce(deps: RelayDeps): Promise<number> {
  const startedAt = performance.now()
  const users = await claimUsers(deps.db)
  if (users.length === 0) return 0
  const queues = await readQueues(deps.db, users)
  const runs = await Promise.all(queues.map((queue) => publishInOrder(deps, queue, startedAt)))
  await settle(deps.db, runs)
  reportFailures(deps.log, runs)
  return runs.reduce((sum, { sent }) => sum + sent.length, 0)
}

/**
 * Takes users by their oldest open event alone, so that no second relay is at the same one. Numbers are never compared
 * across users: a transaction that commits late is found like any other.
 */
async function claimUsers(db: Knex): Promise<string[]> {
  const { rows } = await db.raw<{ rows: { user_id: string }[] }>(
    `update outbox_events
     set attempts = attempts + 1, available_at = now() + ? * interval '1 second'
     where id in (
       select id from outbox_events as oldest
       where published_at is null and available_at <= now() and not exists (
         select from outbox_events as earlier
         where earlier.user_id = oldest.user_id and earlier.published_at is null
           and earlier.sequence < oldest.sequence)
       order by sequence limit ? for update skip locked)
     returning user_id`,
    [LEASE_SECONDS, USERS_AT_ONCE],
  )
  return rows.map((row) => row.user_id)
}

type OpenEvent = OutboxEvent & { readonly attempts: number }

/** What waits behind the events that were claimed: the claim holds for all of them. */
async function readQueues(db: Knex, users: readonly string[]): Promise<OpenEvent[][]> {
  const { rows } = await db.raw<{ rows: OpenEvent[] }>(
    `select queued.* from unnest(?::text[]) as claimed (user_id)
     cross join lateral (
       select id, sequence, type, user_id, data, occurred_at, replays, attempts
       from outbox_events
       where user_id = claimed.user_id and published_at is null
       order by sequence limit ?) as queued
     order by queued.sequence`,
    [[...users], EVENTS_OF_A_USER],
  )
  const queues = new Map<string, OpenEvent[]>(users.map((user) => [user, []]))
  for (const row of rows) queues.get(row.user_id)?.push(row)
  return [...queues.values()]
}

interface Run {
  readonly sent: readonly string[]
  /** The first that was not sent: it waits for as long. */
  readonly held: { readonly id: string; readonly pauseSeconds: number; error?: unknown } | null
}

async function publishInOrder(
  { publisher, source }: RelayDeps,
  queue: readonly OpenEvent[],
  startedAt: number,
): Promise<Run> {
  const sent: string[] = []
  for (const row of queue) {
    if (performance.now() - startedAt > RUN_MS)
      return { sent, held: { id: row.id, pauseSeconds: 0 } }
    try {
      await publisher.publish(toCloudEvent(row, source), messageIdOf(row))
      sent.push(row.id)
    } catch (error) {
      const pauseSeconds = Math.min(MAX_PAUSE_SECONDS, 2 ** Math.min(row.attempts, 8) / 4)
      return { sent, held: { id: row.id, pauseSeconds, error } }
    }
  }
  return { sent, held: null }
}

/** One line for all: when NATS refuses, it refuses everybody's. */
function reportFailures(log: Logger, runs: readonly Run[]): void {
  const failed = runs.flatMap(({ held }) => (held?.error === undefined ? [] : held))
  if (failed[0] === undefined) return
  const { id, error } = failed[0]
  log.warn({ err: error, eventId: id, users: failed.length }, 'events could not be sent: they wait')
}

/** In one transaction: an event that is marked frees the next, which may have to wait. */
async function settle(db: Knex, runs: readonly Run[]): Promise<void> {
  const sent = runs.flatMap((run) => run.sent)
  const held = runs.flatMap((run) => run.held ?? [])
  await transact(db, async (trx) => {
    for (const { id, pauseSeconds } of held) {
      await trx('outbox_events')
        .where('id', id)
        .update({ available_at: trx.raw("now() + ? * interval '1 second'", [pauseSeconds]) })
    }
    if (sent.length === 0) return
    await trx('outbox_events').whereIn('id', sent).update({ published_at: trx.fn.now() })
  })
}
