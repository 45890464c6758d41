// The transactional outbox: an event is written with the change that it tells of, and leaves afterwards.
import type { Knex } from 'knex'

export type EventType =
  | 'user.registered'
  | 'user.updated'
  | 'user.suspended'
  | 'user.reinstated'
  | 'session.created'
  | 'session.revoked'
  | 'api_key.created'
  | 'api_key.revoked'

/** @param data ids and facts; never a secret */
export async function emitEvent(
  trx: Knex,
  type: EventType,
  userId: string,
  data: Readonly<Record<string, unknown>>,
): Promise<void> {
  await trx('outbox_events').insert({ type, user_id: userId, data: JSON.stringify(data) })
}
