// Sends events again: for a consumer that lost its database, or a stream that lost its messages. Who has applied one
// already recognises it by its id.
import type { Knex } from 'knex'

export interface Replay {
  readonly since: Date
  /** Default: now. */
  readonly until?: Date
  readonly userId?: string
  readonly type?: string
}

/** Opens the events again and leaves the rest to the relay, which keeps their order. @returns how many */
export async function replayEvents(db: Knex, replay: Replay): Promise<number> {
  const { since, until, userId, type } = replay
  return await db('outbox_events')
    .whereNotNull('published_at')
    .where('occurred_at', '>=', since)
    .modify((query) => {
      if (until !== undefined) query.where('occurred_at', '<', until)
      if (userId !== undefined) query.where('user_id', userId)
      if (type !== undefined) query.where('type', type)
    })
    .update(reopened(db))
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
