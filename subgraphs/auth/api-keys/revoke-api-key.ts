// Ends a key for good, on every gateway within the revocation bound. Revoking twice is success.
import { recordAudit } from '../core/audit/record.ts'
import type { Caller } from '../core/caller.ts'
import { transact } from '../core/database.ts'
import type { AuthDeps } from '../core/dependencies.ts'
import { AuthError } from '../core/errors.ts'
import { emitEvent } from '../core/events/emit.ts'
import { id, type Limits, parseInput } from '../core/input.ts'
import { revoke } from '../core/revoke.ts'
import type { RevokeApiKeyInput } from '../generated.ts'
import { requireLiveSession } from '../sessions/live-session.ts'
import { ApiKey } from './api-key.ts'

const limits = { id } satisfies Limits<RevokeApiKeyInput>

/** @throws AuthError NOT_FOUND for unknown and foreign ids alike */
export async function revokeApiKey(
  deps: AuthDeps,
  caller: Caller,
  input: RevokeApiKeyInput,
): Promise<ApiKey> {
  const { id } = parseInput(limits, input)
  return await transact(deps.db, async (trx) => {
    const { user, session } = await requireLiveSession(trx, caller.claims)
    const key = await ApiKey.query(trx).findOne({ id, user_id: user.id }).forUpdate()
    if (key === undefined) throw new AuthError('NOT_FOUND')
    if (key.status === 'REVOKED') return key
    const [row] = await trx('api_keys')
      .where('id', key.id)
      .update({ status: 'REVOKED', revoked_at: trx.fn.now() })
      .returning('*')
    await revoke(trx, [{ kind: 'api-key', id: key.id }])
    await recordAudit(trx, caller.origin, {
      action: 'api_key.revoked',
      actor: { kind: 'user', id: user.id },
      userId: user.id,
      sessionId: session.id,
      apiKeyId: key.id,
    })
    await emitEvent(trx, 'api_key.revoked', user.id, { apiKeyId: key.id })
    return ApiKey.fromDatabaseJson(row)
  })
}
