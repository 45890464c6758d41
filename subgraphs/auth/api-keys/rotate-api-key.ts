// Gives a key a new secret. The old one goes on working for the overlap, which starts when the new one is active.

import type { Knex } from 'knex'
import { z } from 'zod'
import { recordAudit } from '../core/audit/record.ts'
import type { Caller } from '../core/caller.ts'
import type { AuthDeps } from '../core/dependencies.ts'
import { id, type Limits, parseInput } from '../core/input.ts'
import { revoke } from '../core/revoke.ts'
import { transactMailing } from '../core/throttling/count-mail.ts'
import { requireFurtherProof } from '../factors/enrolled/require-further-proof.ts'
import type { RotateApiKeyInput } from '../generated.ts'
import { requireLiveSession } from '../sessions/live-session.ts'
import { ApiKey, hashSecret, PENDING_MINUTES } from './api-key.ts'
import {
  type CreatedApiKey,
  keyCodeShares,
  keyEnvironment,
  verifyByMail,
} from './create-api-key.ts'
import { newSecret } from './key-format.ts'
import { requireOwnKey } from './own-key.ts'

const MAX_OVERLAP_SECONDS = 24 * 3_600

const limits = {
  id,
  overlapSeconds: z.number().int().min(0).max(MAX_OVERLAP_SECONDS, 'At most 24 hours.'),
} satisfies Limits<RotateApiKeyInput>

/** @returns the same key with a new secret; overlap: one hour unless told otherwise */
export async function rotateApiKey(
  deps: AuthDeps,
  caller: Caller,
  input: RotateApiKeyInput,
): Promise<CreatedApiKey> {
  const { id, overlapSeconds } = parseInput(limits, input)
  const secret = newSecret(keyEnvironment(deps))
  const pepper = deps.config.secrets.apiKeyPepper
  const isActive = deps.config.apiKeyVerification === 'off'
  return await transactMailing(deps, keyCodeShares(deps, caller), async (trx, { isMailed }) => {
    const live = await requireLiveSession(trx, caller.claims)
    const { user, session } = live
    await requireFurtherProof(trx, deps, live)
    const key = await requireOwnKey(trx, user.id, id)
    const [row] = await trx('api_keys')
      .where('id', key.id)
      .update({
        pending_secret_hash: hashSecret(secret, pepper, pepper.currentVersion),
        pending_pepper_version: pepper.currentVersion,
        pending_overlap_seconds: overlapSeconds ?? 3_600,
        pending_expires_at: trx.raw("now() + ? * interval '1 minute'", [PENDING_MINUTES]),
      })
      .returning('*')
    const pending = ApiKey.fromDatabaseJson(row)
    // A code of an earlier rotation must not make this secret active.
    await trx('verifications')
      .where({ api_key_id: key.id })
      .whereNull('consumed_at')
      .update({ consumed_at: trx.fn.now() })
    await recordAudit(trx, caller.origin, {
      action: 'api_key.rotation-requested',
      actor: { kind: 'user', id: user.id },
      userId: user.id,
      sessionId: session.id,
      apiKeyId: key.id,
    })
    if (isActive) {
      const apiKey = (await activateRotation(trx, pending)) ?? pending
      return { apiKey, key: key.key, secret, verification: null }
    }
    const verification = await verifyByMail(trx, deps, {
      apiKey: pending,
      user,
      session,
      isSilent: !isMailed,
    })
    return { apiKey: pending, key: key.key, secret, verification }
  })
}

/** @returns null when there is no new secret to make active */
export async function activateRotation(trx: Knex, key: ApiKey): Promise<ApiKey | null> {
  const [row] = await trx('api_keys')
    .where({ id: key.id, status: 'ACTIVE' })
    .whereRaw('pending_secret_hash is not null and pending_expires_at > now()')
    .update({
      previous_secret_hash: trx.ref('secret_hash'),
      previous_pepper_version: trx.ref('secret_pepper_version'),
      previous_expires_at: trx.raw("now() + pending_overlap_seconds * interval '1 second'"),
      secret_hash: trx.ref('pending_secret_hash'),
      secret_pepper_version: trx.ref('pending_pepper_version'),
      secret_changed_at: trx.fn.now(),
      pending_secret_hash: null,
      pending_pepper_version: null,
      pending_overlap_seconds: null,
      pending_expires_at: null,
    })
    .returning('*')
  if (row === undefined) return null
  // Empties what gateways have cached for this key; they ask again, and the overlap answers.
  await revoke(trx, [{ kind: 'api-key-changed', id: key.id }])
  return ApiKey.fromDatabaseJson(row)
}
