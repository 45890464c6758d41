// Removes events that have left long ago: until then they can be replayed.
import type { Knex } from 'knex'

/** @param keep `isDelivered` false: nobody takes events here, and those that wait are removed by their age as well */
export async function forgetEvents(
  db: Knex,
  keep: { readonly retentionDays: number; readonly isDelivered: boolean },
): Promise<void> {
  const age = keep.isDelivered ? 'published_at' : 'coalesce(published_at, occurred_at)'
  await db('outbox_events')
    .whereRaw(`${age} < now() - ? * interval '1 day'`, [keep.retentionDays])
    .delete()
}
