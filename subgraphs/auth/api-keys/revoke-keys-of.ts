// Revokes a person's keys, those that wait for their code included.
import type { Knex } from 'knex'
import { type AuditEvent, recordAudit } from '../core/audit/record.ts'
import type { RequestOrigin } from '../core/caller.ts'
import { emitEvent } from '../core/events/emit.ts'
import { revoke } from '../core/revoke.ts'

export interface RevokeKeys {
  readonly userId: string
  readonly actor: AuditEvent['actor']
  /** Those alone that were made, or got their secret, since then. Default: all. */
  readonly since?: Date
}

/** @returns the ids of the keys that were revoked */
export async function revokeKeysOf(
  trx: Knex,
  origin: RequestOrigin,
  { userId, actor, since }: RevokeKeys,
): Promise<string[]> {
  const keys: { id: string }[] = await trx('api_keys')
    .where('user_id', userId)
    .whereNot('status', 'REVOKED')
    .whereRaw('coalesce(secret_changed_at, created_at) >= ?', [since ?? new Date(0)])
    .update({ status: 'REVOKED', revoked_at: trx.fn.now() })
    .returning('id')
  await revoke(
    trx,
    keys.map(({ id }) => ({ kind: 'api-key', id })),
  )
  for (const { id } of keys) {
    const action = 'api_key.revoked'
    await recordAudit(trx, origin, { action, actor, userId, apiKeyId: id })
    await emitEvent(trx, 'api_key.revoked', userId, { apiKeyId: id })
  }
  return keys.map(({ id }) => id)
}
