// What a browser is asked for when a passkey signs in: in a flow of its own, in which nobody is named, or as the next step of one
// that asks for it. Each call has a challenge of its own, and ends the one before.
import type { Caller } from '../../core/caller.ts'
import { requireCookiesAllowed } from '../../core/caller.ts'
import type { AuthDeps } from '../../core/dependencies.ts'
import { AuthError } from '../../core/errors.ts'
import { sha256 } from '../../core/identifiers.ts'
import { id, type Limits, parseInput, text, trimmed } from '../../core/input.ts'
import { limitNetwork } from '../../core/throttling/limit-network.ts'
import { putChallenge } from '../../factors/passkey/challenge.ts'
import { requestOptions } from '../../factors/passkey/options.ts'
import type { StartPasskeyLoginInput } from '../../generated.ts'
import { deviceHashOf } from '../../sessions/device.ts'
import {
  type BegunVerification,
  beginVerification,
} from '../../verifications/begin-verification.ts'
import { requireFlow } from '../../verifications/check-factor.ts'
import { isEnrolment, Verification } from '../../verifications/verification.ts'
import { requireOffered } from '../policy.ts'

const limits = {
  verificationId: id,
  deviceName: trimmed(100),
  deviceToken: text(128),
} satisfies Limits<StartPasskeyLoginInput>

export interface PasskeyRequest extends Pick<BegunVerification, 'flowSecret'> {
  readonly verificationId: string
  readonly options: Record<string, unknown>
}

/** @throws AuthError VERIFICATION_FAILED for a flow that does not ask for a passkey; RATE_LIMITED; FORBIDDEN where they begin none */
export async function startPasskeyLogin(
  deps: AuthDeps,
  caller: Caller,
  input: StartPasskeyLoginInput,
): Promise<PasskeyRequest> {
  const { verificationId, ...parsed } = parseInput(limits, input)
  await limitNetwork(deps, 'passkey-login-network', caller.origin.ipAddress)
  if (verificationId) return await askWithin(deps, caller, verificationId)
  const { client } = caller
  const delivery = parsed.delivery ?? 'BODY'
  requireOffered(deps, 'passkey')
  requireCookiesAllowed(caller, delivery)
  const deviceToken = delivery === 'COOKIE' ? client.deviceToken : (parsed.deviceToken ?? null)
  const options = await requestOptions(deps.db, deps, null)
  const begun = await beginVerification(deps.db, deps.config, {
    purpose: 'PASSKEY_LOGIN',
    email: null,
    template: null,
    methods: { PASSKEY: { challenge: options.challenge } },
    delivery,
    deviceName: parsed.deviceName || null,
    deviceHash: deviceHashOf(deviceToken),
  })
  return { verificationId: begun.id, options: { ...options }, flowSecret: begun.flowSecret }
}

/** Whose it is was proved: the browser is told which passkeys to look for. */
async function askWithin(
  deps: AuthDeps,
  { client }: Caller,
  verificationId: string,
): Promise<PasskeyRequest> {
  const { db } = deps
  const idHash = sha256(verificationId)
  await requireFlow(db, idHash, client.cookies === 'allowed' ? client.flowSecret : null)
  const challenge = await Verification.query(db)
    .findById(idHash)
    .whereNull('consumed_at')
    .whereRaw("code_expires_at > now() and expires_at > now() and 'PASSKEY' = any(methods)")
  if (challenge === undefined || isEnrolment(challenge) || challenge.purpose === 'PASSKEY') {
    throw new AuthError('VERIFICATION_FAILED', { attemptsRemaining: 0 })
  }
  const { user_id } = challenge
  const options = await requestOptions(db, deps, user_id === null ? null : { id: user_id })
  await putChallenge(db, idHash, options.challenge)
  return { verificationId, options: { ...options }, flowSecret: null }
}
