// Sends events again: for a consumer that lost its database, or a stream that lost its messages. Who has applied one
// already recognises it by its id.
import type { Knex } from 'knex'
import { transact } from '../database.ts'

/** For so long an instance may be at the events of a user for a webhook; one that died holds them back for as long. */
export const WEBHOOK_LEASE_SECONDS = 60

export interface Replay {
  readonly since: Date
  /** Default: now. */
  readonly until?: Date
  readonly userId?: string
  readonly type?: string
}

/** Opens the events again and leaves the rest to the relay and to webhooks, which keep their order. @returns how many */
export async function replayEvents(db: Knex, replay: Replay): Promise<number> {
  const { since, until, userId, type } = replay
  return await transact(db, async (trx) => {
    const events = trx('outbox_events')
      .whereNotNull('published_at')
      .where('occurred_at', '>=', since)
      .modify((query) => {
        if (until !== undefined) query.where('occurred_at', '<', until)
        if (userId !== undefined) query.where('user_id', userId)
        if (type !== undefined) query.where('type', type)
      })
    await queueForWebhooks(trx, events.clone().select('id', 'sequence', 'type', 'user_id'))
    return await events.update(reopened(trx))
  })
}

/**
 * A user whose events are under way at a target stays with the instance that is at it, for as long as its lease lasts: with
 * another beside it, older and newer events would come at once. So what of theirs waits already says when the rest may leave.
 */
async function queueForWebhooks(trx: Knex, events: Knex.QueryBuilder): Promise<void> {
  await trx.raw(
    `insert into webhook_deliveries (target, event_id, sequence, user_id, available_at)
     select name, id, event.sequence, event.user_id,
       least(coalesce(max(waiting.available_at), now()), now() + ? * interval '1 second')
     from (?) as event
     join webhook_targets on types is null or type = any (types)
     left join webhook_deliveries as waiting on waiting.target = name and waiting.user_id = event.user_id
     group by name, id, event.sequence, event.user_id
     on conflict (target, event_id) do update
     set attempts = 0, available_at = excluded.available_at, opened_at = now()`,
    [WEBHOOK_LEASE_SECONDS, events],
  )
}

/** What is changed on an event that is to leave once more. */
export function reopened(db: Knex): object {
  return {
    published_at: null,
    available_at: db.fn.now(),
    opened_at: db.fn.now(),
    attempts: 0,
    replays: db.raw('replays + 1'),
  }
}
