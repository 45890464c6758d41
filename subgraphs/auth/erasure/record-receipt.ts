// Takes a subgraph's answer to `user.erasure.requested`. The same answer twice changes nothing.
import type { Receipt } from '@sallyport/claims/events'
import type { Knex } from 'knex'
import type { Logger } from 'pino'
import { recordAudit } from '../core/audit/record.ts'
import { transact } from '../core/database.ts'
import { completeErasure } from './complete-erasure.ts'

export interface ReceivedReceipt {
  readonly eventId: string
  /** As the transport says: a subgraph can answer for itself alone. */
  readonly subgraph: string
  readonly receipt: Receipt
}

export async function recordReceipt(
  { db, log }: { readonly db: Knex; readonly log: Logger },
  { eventId, subgraph, receipt }: ReceivedReceipt,
): Promise<void> {
  const isNew = await transact(db, async (trx) => {
    const erasure: { id: string } | undefined = await trx('erasures')
      .where('event_id', eventId)
      .whereNull('completed_at')
      .forUpdate()
      .first('id')
    if (erasure === undefined) return false
    const { erased, anonymised } = receipt
    const answered = await trx('erasure_receipts')
      .where({ erasure_id: erasure.id, subgraph })
      .whereNull('completed_at')
      .update({ completed_at: trx.fn.now(), erased, anonymised })
    if (answered === 0) return false
    await recordAudit(trx, null, {
      action: 'user.erasure-receipt',
      actor: { kind: 'system' },
      kept: { erasureId: erasure.id, subgraph, erased, anonymised },
    })
    await completeErasure(trx, erasure.id)
    return true
  })
  if (!isNew) log.debug({ eventId, subgraph }, 'a receipt that nobody waits for')
}
