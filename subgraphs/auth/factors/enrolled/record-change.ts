// A change of factors is on record, told to every address of the person, and known to other subgraphs.
import type { Knex } from 'knex'
import { recordAudit } from '../../core/audit/record.ts'
import type { Caller } from '../../core/caller.ts'
import { emitEvent } from '../../core/events/emit.ts'
import { notifyAddresses } from '../../users/notify-addresses.ts'
import { emailsOf } from '../../users/user-email.ts'
import type { EnrolledFactor } from './enrolled-factor.ts'

export async function recordChange(
  trx: Knex,
  { origin }: Pick<Caller, 'origin'>,
  change: {
    readonly factor: Pick<EnrolledFactor, 'id' | 'kind' | 'user_id'>
    readonly action: 'factor.added' | 'factor.removed'
    /** Whether a mail says so. Default true. */
    readonly isTold?: boolean
  },
): Promise<void> {
  const { factor, action, isTold = true } = change
  const userId = factor.user_id
  await recordAudit(trx, origin, {
    action,
    actor: { kind: 'user', id: userId },
    userId,
    sessionId: origin.sessionId,
    detail: { factorId: factor.id, kind: factor.kind },
  })
  if (isTold) {
    await notifyAddresses(trx, await emailsOf(trx, userId), {
      template: templates[factor.kind][action],
      data: {},
    })
  }
  await emitEvent(trx, 'user.updated', userId, { changed: ['factors'] })
}

const templates = {
  TOTP: { 'factor.added': 'factor-added', 'factor.removed': 'factor-removed' },
  PASSKEY: { 'factor.added': 'passkey-added', 'factor.removed': 'passkey-removed' },
} as const
