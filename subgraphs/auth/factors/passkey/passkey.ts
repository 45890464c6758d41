// The passkey as a factor (WebAuthn). It begins a sign-in without a name, or follows another factor, and is two kinds of proof
// either way: something that one has, and the PIN or finger that it asks for.
import { User } from '../../users/user.ts'
import type { Factor, FactorAttempt } from '../factor.ts'
import { assertionIn } from './answer.ts'
import { heldChallenge, takeChallenge } from './challenge.ts'
import { passkeyEnrolment } from './enrol-passkey.ts'
import { readAssertion } from './read-assertion.ts'
import { reportSuspect } from './report-suspect.ts'
import { findPasskey, passkeysOf, type StoredPasskey } from './stored-passkey.ts'

export const passkey = {
  place: 'either',
  offeredAs: 'passkey',
  // The challenge comes when the client asks for it: startPasskeyLogin.
  begin: async (trx, _deps, user) => ((await passkeysOf(trx, user.id).first()) ? {} : null),
  identify: async ({ db }, { secret }) => {
    const found = await findPasskey(db, assertionIn(secret)?.id ?? '')
    return found === null ? null : ((await User.query(db).findById(found.user_id)) ?? null)
  },
  check: async (deps, { user, challenge: verification, secret, origin }) => {
    const challenge = verification && (await takeChallenge(deps.db, verification))
    const answer = assertionIn(secret)
    if (challenge === null || answer === null) return false
    const stored = await findPasskey(deps.db, answer.id)
    // So that the client may tell the browser to forget it: nobody has it any more.
    if (stored === null) return { reason: 'PASSKEY_UNKNOWN' }
    if (stored.user_id !== user?.id) return false
    const assertion = await readAssertion(deps.config, stored, { answer, challenge })
    if (assertion?.isSuspect) await reportSuspect(deps, stored, { assertion, origin })
    return assertion !== null && !assertion.isSuspect
  },
  spend: async (trx, { config }, attempt) => {
    const used = await readAgain(trx, config, attempt)
    if (used === null) return false
    const { stored, assertion } = used
    const { signCount, isBackedUp } = assertion
    const counted = await trx('passkeys')
      .where('factor_id', stored.factor_id)
      .whereRaw('(sign_count < ? or (sign_count = 0 and ? = 0))', [signCount, signCount])
      .update({ sign_count: signCount, is_backed_up: isBackedUp })
    if (counted !== 1) return false
    await trx('factors').where('id', stored.factor_id).update({ last_used_at: trx.fn.now() })
    return { enrolledIn: stored.session_id }
  },
  enrolment: passkeyEnrolment,
  amr: () => ['pop', 'user', 'mfa'],
} satisfies Factor

/** It may have been removed since it was checked. */
async function readAgain(
  trx: Parameters<NonNullable<Factor['spend']>>[0],
  config: Parameters<typeof readAssertion>[0],
  { user, challenge: verification, secret }: FactorAttempt,
): Promise<{
  stored: StoredPasskey
  assertion: NonNullable<Awaited<ReturnType<typeof readAssertion>>>
} | null> {
  const challenge = verification && heldChallenge(verification)
  const answer = assertionIn(secret)
  if (challenge === null || answer === null) return null
  const stored = await findPasskey(trx, answer.id)
  if (stored === null || stored.user_id !== user?.id) return null
  const assertion = await readAssertion(config, stored, { answer, challenge })
  return assertion === null || assertion.isSuspect ? null : { stored, assertion }
}
