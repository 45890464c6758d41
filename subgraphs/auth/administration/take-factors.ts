// Every further factor of a person goes, with the sessions and devices that were proved by them. Anyone with password and mailbox
// may sign in from then on, so the person is told.
import type { Knex } from 'knex'
import { type AuditEvent, recordAudit } from '../core/audit/record.ts'
import type { RequestOrigin } from '../core/caller.ts'
import { emitEvent } from '../core/events/emit.ts'
import { dropAllFactors } from '../factors/enrolled/drop-factors.ts'
import { endSessionsOf } from '../sessions/end-sessions.ts'
import { notifyAddresses } from '../users/notify-addresses.ts'
import { raiseTokenVersion } from '../users/raise-token-version.ts'
import type { User } from '../users/user.ts'
import { emailsOf } from '../users/user-email.ts'
import { voidVerifications } from '../verifications/void-verifications.ts'

/** Hold the user's row locked. @returns false: there were none */
export async function takeFactors(
  trx: Knex,
  origin: RequestOrigin | null,
  {
    user,
    by,
  }: {
    readonly user: User
    readonly by: Pick<AuditEvent, 'actor' | 'sessionId' | 'apiKeyId'>
  },
): Promise<boolean> {
  const factorIds = await dropAllFactors(trx, user)
  if (factorIds.length === 0) return false
  await raiseTokenVersion(trx, user.id)
  await endSessionsOf(trx, origin, { userId: user.id, reason: 'admin', actor: by.actor })
  await trx('known_devices').where('user_id', user.id).delete()
  await voidVerifications(trx, user.id)
  await recordAudit(trx, origin, {
    ...by,
    action: 'user.factors-reset',
    userId: user.id,
    detail: { factorIds },
  })
  const addresses = await emailsOf(trx, user.id)
  await notifyAddresses(trx, addresses, { template: 'factors-reset', data: {} })
  await emitEvent(trx, 'user.updated', user.id, { changed: ['factors'] })
  return true
}
