// Closes what a subgraph was asked that is gone for good, its database with it: nobody else would ever answer.
import type { Knex } from 'knex'
import { recordAudit } from '../core/audit/record.ts'
import { transact } from '../core/database.ts'
import { completeErasure } from './complete-erasure.ts'

/** @throws Error that says what to do when nothing waits under these names */
export async function waiveReceipt(
  db: Knex,
  { erasureId, subgraph }: { readonly erasureId: string; readonly subgraph: string },
): Promise<void> {
  await transact(db, async (trx) => {
    await trx('erasures').where('id', erasureId).forUpdate().first('id')
    const waived = await trx('erasure_receipts')
      .where({ erasure_id: erasureId, subgraph })
      .whereNull('completed_at')
      .update({ completed_at: trx.fn.now() })
    if (waived === 0) throw new Error(`The erasure ${erasureId} does not wait for ${subgraph}`)
    await recordAudit(trx, null, {
      action: 'user.erasure-receipt-waived',
      actor: { kind: 'operator' },
      kept: { erasureId, subgraph },
    })
    await completeErasure(trx, erasureId)
  })
}
