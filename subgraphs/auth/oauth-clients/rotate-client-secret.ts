// Gives a client a new secret. The old one goes on working for the overlap.
import { z } from 'zod'
import { recordAudit } from '../core/audit/record.ts'
import type { Caller } from '../core/caller.ts'
import { transact } from '../core/database.ts'
import type { AuthDeps } from '../core/dependencies.ts'
import { AuthError } from '../core/errors.ts'
import { emitEvent } from '../core/events/emit.ts'
import { id, type Limits, parseInput } from '../core/input.ts'
import type { RotateClientSecretInput } from '../generated.ts'
import { requireAdmin } from '../roles/require-admin.ts'
import { Client, newClientSecret } from './client.ts'
import type { RegisteredClient } from './register-client.ts'
import { overlap, storeSecret, withPrevious } from './secret.ts'
import { requireOwnClient } from './update-client.ts'

const limits = {
  id,
  overlapSeconds: z.number().int().min(0).max(overlap.maxSeconds, 'At most a week.'),
} satisfies Limits<RotateClientSecretInput>

/** @throws AuthError NOT_FOUND; FORBIDDEN by rank; CONFLICT for a client without a secret */
export async function rotateClientSecret(
  deps: AuthDeps,
  caller: Caller,
  input: RotateClientSecretInput,
): Promise<RegisteredClient & { readonly secret: string }> {
  const { id, overlapSeconds } = parseInput(limits, input)
  const secret = newClientSecret()
  return await transact(deps.db, async (trx) => {
    const admin = await requireAdmin(trx, caller.claims)
    const before = await requireOwnClient(trx, admin, id)
    if (!before.hasSecret) {
      throw new AuthError('CONFLICT', { message: 'This client proves itself without a secret.' })
    }
    const [row] = await trx('oauth_clients')
      .where('id', before.id)
      .update({
        ...withPrevious(trx, overlapSeconds ?? overlap.defaultSeconds),
        ...storeSecret(secret, deps.config.secrets.apiKeyPepper),
        updated_at: trx.fn.now(),
      })
      .returning('*')
    const client = Client.fromDatabaseJson(row)
    await recordAudit(trx, caller.origin, {
      ...admin.by,
      action: 'client.secret_rotated',
      kept: { clientId: client.id },
    })
    await emitEvent(trx, 'client.updated', client.id, { clientId: client.id })
    return { client, secret }
  })
}
