// Signs in anyone who opened the mailed link and pressed the button there. The flow that had it mailed is over, and gets
// nothing: else a stranger who began it would be signed in by a click of the owner.
import type { Knex } from 'knex'
import type { Caller } from '../../core/caller.ts'
import { requireCookiesAllowed } from '../../core/caller.ts'
import type { AuthDeps } from '../../core/dependencies.ts'
import { AuthError } from '../../core/errors.ts'
import { type Limits, parseInput, text, trimmed } from '../../core/input.ts'
import { forgetGuesses } from '../../core/throttling/guard-login.ts'
import type { OpenSignInLinkInput, TokenDelivery } from '../../generated.ts'
import { findDevice } from '../../sessions/device.ts'
import type { Entered } from '../../sessions/issue-tokens.ts'
import { findUserWithRoles } from '../../users/user.ts'
import { isAddressOf } from '../../users/user-email.ts'
import {
  type BegunVerification,
  beginVerification,
} from '../../verifications/begin-verification.ts'
import { checkLink } from '../../verifications/check-link.ts'
import { consumeVerification } from '../../verifications/consume-verification.ts'
import { startWaiting } from '../ask-further.ts'
import { claimUnproved } from '../claim-unproved.ts'
import { makeSession } from '../make-session.ts'
import { requireOffered, whatFollows } from '../policy.ts'
import { type Admission, transactSignIn } from '../transact-sign-in.ts'

const limits = {
  token: text(256),
  deviceName: trimmed(100),
  deviceToken: text(128),
} satisfies Limits<OpenSignInLinkInput>

/** @throws AuthError VERIFICATION_FAILED: one answer for unknown, expired and used, by link or by code */
export async function openSignInLink(
  deps: AuthDeps,
  caller: Caller,
  input: OpenSignInLinkInput,
): Promise<Entered | BegunVerification> {
  const { client, origin } = caller
  const { token, ...given } = parseInput(limits, input)
  const delivery = given.delivery ?? 'BODY'
  requireOffered(deps, 'email-code')
  requireCookiesAllowed(caller, delivery)
  const deviceToken = delivery === 'COOKIE' ? client.deviceToken : (given.deviceToken ?? null)
  const opener = { delivery, deviceToken, deviceName: given.deviceName || null }
  const result = await transactSignIn(
    deps,
    caller,
    async (trx, admission) => await open(trx, deps, caller, { ...opener, token, admission }),
  )
  if (!('session' in result)) return result
  await forgetGuesses(deps, {
    typed: { email: result.user.email_normalized },
    userId: result.user.id,
    address: origin.ipAddress,
    knownDevice: result.session.device_hash,
  })
  return result
}

interface Opened {
  readonly token: string
  readonly delivery: TokenDelivery
  readonly deviceToken: string | null
  readonly deviceName: string | null
  readonly admission: Admission
}

async function open(
  trx: Knex,
  deps: AuthDeps,
  caller: Caller,
  { token, deviceToken, admission, ...opener }: Opened,
): Promise<Entered | BegunVerification> {
  const link = await checkLink(deps, trx, { token, purposes: ['EMAIL_LOGIN'] })
  const { email_normalized: mailbox } = link
  const found = await findUserWithRoles(trx, link.user_id ?? '', 'update')
  if (found?.status !== 'ACTIVE' || !(await isAddressOf(trx, found.id, mailbox))) throw failed()
  await consumeVerification(trx, link)
  const user = await claimUnproved(trx, caller, { user: found, mailbox, challenge: link })
  const proved = [{ method: 'EMAIL_CODE', amr: deps.factors.EMAIL_CODE.amr() }]
  const device = await findDevice(trx, user.id, deviceToken)
  const flow = { ...opener, proved, deviceHash: device?.hash ?? null }
  const isDeviceRemembered = device?.isRemembered === true
  const standing = { user, proved, isDeviceProven: false, isDeviceRemembered }
  const methods = await whatFollows(trx, deps, standing)
  if (methods !== null) {
    return await beginVerification(trx, deps.config, {
      ...flow,
      purpose: 'LOGIN',
      email: { address: link.email, normalized: mailbox },
      template: null,
      methods,
      userId: user.id,
      sessionId: await startWaiting(trx, deps, caller, { ...flow, user }),
    })
  }
  return await makeSession(trx, deps, caller, { ...flow, user, mailbox, admission })
}

function failed(): AuthError {
  return new AuthError('VERIFICATION_FAILED', {
    message: 'This link was used, has expired, or a newer one was sent.',
    attemptsRemaining: 0,
  })
}
