// The first proof of a primary address that an import only claimed: anyone who used the account before may be somebody else.
import type { Knex } from 'knex'
import { revokeKeysOf } from '../api-keys/revoke-keys-of.ts'
import { recordAudit } from '../core/audit/record.ts'
import type { RequestOrigin } from '../core/caller.ts'
import { emitEvent } from '../core/events/emit.ts'
import { dropAllFactors } from '../factors/enrolled/drop-factors.ts'
import { dropAddressesSince } from '../users/drop-addresses-since.ts'
import { notifyAddresses } from '../users/notify-addresses.ts'
import type { User } from '../users/user.ts'
import { emailsOf } from '../users/user-email.ts'

/**
 * Takes away the other addresses, with which they would ask for the next password, every factor, which would keep the owner out, every
 * linked identity and every API key. Sessions and known devices end with the password. Call it with the user's row locked.
 */
export async function claimAccount(trx: Knex, origin: RequestOrigin, user: User): Promise<void> {
  const actor = { kind: 'user', id: user.id } as const
  const others = (await emailsOf(trx, user.id)).filter(
    ({ email_normalized }) => email_normalized !== user.email_normalized,
  )
  const told = { address: user.email, normalized: user.email_normalized }
  await dropAddressesSince(trx, user, { since: new Date(0), told })
  await notifyAddresses(trx, others, { template: 'address-dropped', data: {} })
  for (const { id } of others) {
    await recordAudit(trx, origin, {
      action: 'email.removed',
      actor,
      userId: user.id,
      detail: { emailId: id },
    })
  }
  await revokeKeysOf(trx, origin, { userId: user.id, actor })
  const factorIds = await dropAllFactors(trx, user)
  for (const factorId of factorIds) {
    await recordAudit(trx, origin, {
      action: 'factor.removed',
      actor,
      userId: user.id,
      detail: { factorId },
    })
  }
  if (factorIds.length > 0) {
    await emitEvent(trx, 'user.updated', user.id, { changed: ['factors'] })
  }
  await trx('linked_identities').where('user_id', user.id).delete()
}
