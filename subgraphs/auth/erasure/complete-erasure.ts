// The end of an erasure, when nobody's answer is missing any more: from here on nothing names the person.
import type { Knex } from 'knex'
import { recordAudit } from '../core/audit/record.ts'
import { emitEvent } from '../core/events/emit.ts'

/** Does nothing while a receipt is missing. Hold the erasure's row locked: of two last receipts one completes. */
export async function completeErasure(trx: Knex, erasureId: string): Promise<void> {
  const missing = await trx('erasure_receipts')
    .where('erasure_id', erasureId)
    .whereNull('completed_at')
    .first('subgraph')
  const erasure: { user_id: string } | undefined = await trx('erasures')
    .where('id', erasureId)
    .whereNull('completed_at')
    .first('user_id')
  if (missing !== undefined || erasure === undefined) return
  await emitEvent(trx, 'user.erased', erasure.user_id, { erasureId })
  await recordAudit(trx, null, {
    action: 'user.erased',
    actor: { kind: 'system' },
    kept: { erasureId },
  })
  // What a request that was under way has recorded since.
  await trx('audit_personal').where('person', erasure.user_id).delete()
  await trx('erasures').where('id', erasureId).update({ completed_at: trx.fn.now(), user_id: null })
}
