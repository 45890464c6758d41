// Sends events again: for a consumer that lost its database, or a stream that lost its messages. Who has applied one
// already recognises it by its id.
import type { Knex } from 'knex'
import { transact } from '../database.ts'

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

async function queueForWebhooks(trx: Knex, events: Knex.QueryBuilder): Promise<void> {
  await trx.raw(
    `insert into webhook_deliveries (target, event_id, sequence, user_id)
     select name, id, sequence, user_id from (?) as event, webhook_targets
     where types is null or type = any (types)
     on conflict (target, event_id) do update set attempts = 0, available_at = now(), opened_at = now()`,
    [events],
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
