// Removes events that have left long ago, until when they can be replayed, and those of people who were erased.
import type { Knex } from 'knex'

/** @param keep `isDelivered` false: nobody takes events here, and those that wait are removed by their age as well */
export async function forgetEvents(
  db: Knex,
  keep: { readonly retentionDays: number; readonly isDelivered: boolean },
): Promise<void> {
  const age = keep.isDelivered ? 'published_at' : 'coalesce(published_at, occurred_at)'
  await db('outbox_events')
    .whereRaw(`${age} < now() - ? * interval '1 day'`, [keep.retentionDays])
    // The order to erase is sent again until all have answered.
    .whereNotIn('id', db('erasures').whereNull('completed_at').select('event_id'))
    .delete()
  // A replay tells nobody of an account that is gone.
  await db('outbox_events')
    .whereIn('user_id', db('outbox_events').where('type', 'user.erased').select('user_id'))
    .whereNotIn('type', ['user.erasure.requested', 'user.erased'])
    .whereNotNull('published_at')
    .delete()
}
