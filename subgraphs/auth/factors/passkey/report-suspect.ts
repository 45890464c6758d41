// A passkey that answers as a copy would is refused, on record and told: the key may be in two hands.
import { recordAudit } from '../../core/audit/record.ts'
import type { RequestOrigin } from '../../core/caller.ts'
import { transact } from '../../core/database.ts'
import type { AuthDeps } from '../../core/dependencies.ts'
import { notifyAddresses } from '../../users/notify-addresses.ts'
import { emailsOf } from '../../users/user-email.ts'
import type { Assertion } from './read-assertion.ts'
import type { StoredPasskey } from './stored-passkey.ts'

export async function reportSuspect(
  { db }: Pick<AuthDeps, 'db'>,
  { user_id, factor_id, sign_count }: StoredPasskey,
  { assertion: { signCount }, origin }: { assertion: Assertion; origin: RequestOrigin },
): Promise<void> {
  await transact(db, async (trx) => {
    await recordAudit(trx, origin, {
      action: 'passkey.suspected',
      outcome: 'failure',
      actor: { kind: 'anonymous' },
      userId: user_id,
      detail: { factorId: factor_id, signCount, expectedAbove: Number(sign_count) },
    })
    const addresses = await emailsOf(trx, user_id)
    await notifyAddresses(trx, addresses, { template: 'passkey-suspected', data: {} })
  })
}
