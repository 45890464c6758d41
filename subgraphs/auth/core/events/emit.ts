// The transactional outbox: an event is written with the change that it tells of, and leaves afterwards. So is what webhooks wait for.
import type { Knex } from 'knex'
import { lockOf } from '../advisory-lock.ts'
import type { EventData, EventType } from './types.ts'

/**
 * Events of one user are numbered in the order in which their transactions commit: who emits holds a lock on that
 * until the end, so a number that can be read has no smaller one still to come.
 */
export async function emitEvent<T extends EventType>(
  trx: Knex,
  type: T,
  userId: string,
  data: EventData<T>,
): Promise<string> {
  const { rows } = await trx.raw<{ rows: { id: string }[] }>(
    `with place as materialized (select ?),
     event as (
       insert into outbox_events (type, user_id, data, occurred_at)
       select ?, ?, ?::jsonb, clock_timestamp() from place
       returning id, sequence, type, user_id),
     deliveries as (
       insert into webhook_deliveries (target, event_id, sequence, user_id)
       select name, id, sequence, user_id from event, webhook_targets
       where types is null or type = any (types))
     select id from event`,
    [lockOf(trx, 'eventsOfUser', userId), type, userId, JSON.stringify(data)],
  )
  return rows[0]?.id ?? ''
}
