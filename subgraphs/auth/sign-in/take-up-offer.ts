// A passkey answers what a hosted page offered: from here on it is a flow like any other, with a row that its answer uses up.

import { lockOne } from '../core/advisory-lock.ts'
import type { Caller } from '../core/caller.ts'
import { requireCookiesAllowed } from '../core/caller.ts'
import { transact } from '../core/database.ts'
import type { AuthDeps } from '../core/dependencies.ts'
import { AuthError } from '../core/errors.ts'
import { sha256 } from '../core/identifiers.ts'
import { limitNetwork } from '../core/throttling/limit-network.ts'
import { challengeOf } from '../factors/passkey/offer.ts'
import { deviceHashOf } from '../sessions/device.ts'
import { beginVerification } from '../verifications/begin-verification.ts'
import { Verification } from '../verifications/verification.ts'
import { requireOffered } from './policy.ts'

/**
 * @returns the secret that the flow goes on with in this browser
 * @throws AuthError VERIFICATION_FAILED for one that is old, of another browser, or answered before; RATE_LIMITED; FORBIDDEN where
 *   passkeys begin no sign-in
 */
export async function takeUpOffer(deps: AuthDeps, caller: Caller, id: string): Promise<string> {
  const { db, config } = deps
  const { client, origin } = caller
  await limitNetwork(deps, 'passkey-login-network', origin.ipAddress)
  requireOffered(deps, 'passkey')
  // On the graph nothing ties it to a browser, so there it is none.
  const challenge = client.pageForm === null ? null : challengeOf(config, id, client.pageForm)
  if (challenge === null) throw used()
  requireCookiesAllowed(caller, 'COOKIE')
  return await transact(db, async (trx) => {
    await lockOne(trx, 'passkeyOffer', id)
    // It is kept for a day after it ended, and so for longer than the offer is good.
    if (await Verification.query(trx).findById(sha256(id))) throw used()
    const { flowSecret } = await beginVerification(trx, config, {
      id,
      purpose: 'PASSKEY_LOGIN',
      email: null,
      template: null,
      methods: { PASSKEY: { challenge } },
      delivery: 'COOKIE',
      deviceHash: deviceHashOf(client.deviceToken),
    })
    if (flowSecret === null) throw new Error('a flow of cookies without its secret')
    return flowSecret
  })
}

function used(): AuthError {
  return new AuthError('VERIFICATION_FAILED', { attemptsRemaining: 0 })
}
