// Makes a new key, or the new secret of a rotated one, usable: the code must come from a session of its owner.
import type { Knex } from 'knex'
import { recordAudit } from '../core/audit/record.ts'
import type { Caller } from '../core/caller.ts'
import { transact } from '../core/database.ts'
import type { AuthDeps } from '../core/dependencies.ts'
import { AuthError } from '../core/errors.ts'
import { id, type Limits, parseInput, text } from '../core/input.ts'
import { requireFurtherProof } from '../factors/enrolled/require-further-proof.ts'
import type { VerifyApiKeyInput } from '../generated.ts'
import { requireLiveSession } from '../sessions/live-session.ts'
import { isAddressOf } from '../users/user-email.ts'
import { checkCode } from '../verifications/check-code.ts'
import { consumeVerification } from '../verifications/consume-verification.ts'
import { ApiKey } from './api-key.ts'
import { activateRotation } from './rotate-api-key.ts'

const limits = {
  verificationId: id,
  code: text(64),
} satisfies Limits<VerifyApiKeyInput>

/** @throws AuthError STEP_UP_REQUIRED; VERIFICATION_FAILED, for the code of another person's key as well */
export async function verifyApiKey(
  deps: AuthDeps,
  caller: Caller,
  input: VerifyApiKeyInput,
): Promise<ApiKey> {
  const { verificationId, code } = parseInput(limits, input)
  const verification = await checkCode(deps, caller, {
    verificationId,
    code,
    purposes: ['API_KEY'],
    flowSecret: null,
  })
  return await transact(deps.db, async (trx) => {
    const live = await requireLiveSession(trx, caller.claims)
    const { user, session } = live
    await requireFurtherProof(trx, deps, live)
    if (verification.user_id !== user.id) throw failed()
    if (!(await isAddressOf(trx, user.id, verification.email_normalized))) throw failed()
    await consumeVerification(trx, verification)
    const key = await ApiKey.query(trx)
      .findById(verification.api_key_id ?? '')
      .forUpdate()
    if (key === undefined) throw failed()
    const apiKey =
      key.status === 'PENDING' ? await activate(trx, key) : await activateRotation(trx, key)
    if (apiKey === null) throw failed()
    await recordAudit(trx, caller.origin, {
      action: key.status === 'PENDING' ? 'api_key.verified' : 'api_key.rotated',
      actor: { kind: 'user', id: user.id },
      userId: user.id,
      sessionId: session.id,
      apiKeyId: apiKey.id,
    })
    return apiKey
  })
}

async function activate(trx: Knex, key: ApiKey): Promise<ApiKey | null> {
  const [row] = await trx('api_keys')
    .where({ id: key.id, status: 'PENDING' })
    .whereRaw('pending_expires_at > now()')
    .update({ status: 'ACTIVE', pending_expires_at: null })
    .returning('*')
  return row === undefined ? null : ApiKey.fromDatabaseJson(row)
}

function failed(): AuthError {
  return new AuthError('VERIFICATION_FAILED', { attemptsRemaining: 0 })
}
