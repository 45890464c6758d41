// Begins to add a passkey in a session. It counts once confirmPasskey was given what the browser made of the options.
import type { Caller } from '../../core/caller.ts'
import { transact } from '../../core/database.ts'
import type { AuthDeps } from '../../core/dependencies.ts'
import { AuthError } from '../../core/errors.ts'
import { requireLiveSession } from '../../sessions/live-session.ts'
import { beginVerification } from '../../verifications/begin-verification.ts'
import { requireFurtherProof } from '../enrolled/require-further-proof.ts'
import { creationOptions } from './options.ts'
import { requirePasskeysOffered } from './relying-party.ts'
import { passkeysOf } from './stored-passkey.ts'

const MAX_PASSKEYS = 20

export interface PasskeyChallenge {
  readonly verificationId: string
  readonly options: Record<string, unknown>
}

/** @throws AuthError STEP_UP_REQUIRED where a factor exists; CONFLICT when there are too many; FORBIDDEN where none are offered */
export async function startPasskey(deps: AuthDeps, caller: Caller): Promise<PasskeyChallenge> {
  requirePasskeysOffered(deps)
  return await transact(deps.db, async (trx) => {
    const live = await requireLiveSession(trx, caller.claims)
    const { user, session } = live
    await requireFurtherProof(trx, deps, live)
    if ((await passkeysOf(trx, user.id)).length >= MAX_PASSKEYS) {
      throw new AuthError('CONFLICT', {
        message: `There are ${MAX_PASSKEYS} passkeys already: remove one first.`,
      })
    }
    await trx('verifications')
      .where({ session_id: session.id, purpose: 'PASSKEY' })
      .whereNull('consumed_at')
      .update({ consumed_at: trx.fn.now() })
    const options = await creationOptions(trx, deps, user)
    const { id: verificationId } = await beginVerification(trx, deps.config, {
      purpose: 'PASSKEY',
      email: null,
      template: null,
      methods: { PASSKEY: { challenge: options.challenge } },
      userId: user.id,
      sessionId: session.id,
    })
    return { verificationId, options: { ...options } }
  })
}
