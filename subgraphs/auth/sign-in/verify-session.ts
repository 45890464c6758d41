// Takes the next factor of a sign-in: the end of a registration or a login, or one step more of it.
import type { Knex } from 'knex'
import { lockOne } from '../core/advisory-lock.ts'
import type { Caller } from '../core/caller.ts'
import { requireCookiesAllowed } from '../core/caller.ts'
import type { AuthDeps } from '../core/dependencies.ts'
import { AuthError, badInput } from '../core/errors.ts'
import { id, type Limits, parseInput, text } from '../core/input.ts'
import { forgetGuesses } from '../core/throttling/guard-login.ts'
import { beginFurther } from '../factors/enrolled/begin-factors.ts'
import { passkeyAnswer } from '../factors/passkey/answer.ts'
import { isOffer } from '../factors/passkey/offer.ts'
import { checkAnswer, parseAnswer } from '../factors/provider/check-answer.ts'
import { isIdentityOf } from '../factors/provider/linked-identity.ts'
import type { VerifySessionInput } from '../generated.ts'
import { findDeviceByHash } from '../sessions/device.ts'
import type { Entered } from '../sessions/issue-tokens.ts'
import { noteLineage } from '../sessions/note-lineage.ts'
import { findUserWithRoles } from '../users/user.ts'
import { isAddressOf } from '../users/user-email.ts'
import type { BegunVerification } from '../verifications/begin-verification.ts'
import { type CheckedFactor, checkFactor } from '../verifications/check-factor.ts'
import { advanceVerification, consumeVerification } from '../verifications/consume-verification.ts'
import {
  isEnrolment,
  proofsOf,
  provedMailbox,
  type Verification,
} from '../verifications/verification.ts'
import { beginningOf, startWaiting } from './ask-further.ts'
import { claimUnproved } from './claim-unproved.ts'
import { completeProviderLogin } from './complete-provider-login.ts'
import { completeRegistration } from './complete-registration.ts'
import { finishProviderLogin } from './finish-provider-login.ts'
import { makeSession } from './make-session.ts'
import { whatFollows } from './policy.ts'
import { presentedIn } from './presented.ts'
import { rememberDevice } from './remember-device.ts'
import { takeUpOffer } from './take-up-offer.ts'
import { type Admission, transactSignIn } from './transact-sign-in.ts'

const limits = {
  verificationId: id,
  code: text(64),
  passkey: passkeyAnswer,
  providerAnswer: text(8192),
} satisfies Limits<VerifySessionInput>

/** @throws AuthError VERIFICATION_FAILED */
export async function verifySession(
  deps: AuthDeps,
  caller: Caller,
  input: VerifySessionInput,
): Promise<Entered | BegunVerification> {
  const {
    verificationId,
    providerAnswer,
    rememberDevice: wanted,
    ...given
  } = parseInput(limits, input)
  const isToRemember = wanted === true
  const held = caller.client.cookies === 'allowed' ? caller.client.flowSecret : null
  if (providerAnswer != null) {
    if (given.code != null || given.passkey != null || given.method != null) throw oneProof()
    const answer = await checkAnswer(deps, caller, {
      ...parseAnswer(providerAnswer),
      purpose: 'PROVIDER_LOGIN',
      verificationId,
      flowSecret: held,
    })
    requireCookiesAllowed(caller, answer.challenge.delivery)
    return await finishProviderLogin(deps, caller, answer)
  }
  const presented = presentedIn(given)
  const begun = isOffer(verificationId) ? await takeUpOffer(deps, caller, verificationId) : null
  const checked = await checkFactor(deps, caller, {
    verificationId,
    ...presented,
    purposes: ['REGISTRATION', 'LOGIN', 'EMAIL_LOGIN', 'PROVIDER_LOGIN', 'PASSKEY_LOGIN'],
    flowSecret: begun ?? held,
  })
  const { verification } = checked
  requireCookiesAllowed(caller, verification.delivery)
  const result = await transactSignIn(deps, caller, async (trx, admission) => {
    await lockMailbox(trx, verification)
    const entered = await complete(trx, deps, caller, { ...checked, admission })
    if (isToRemember && 'session' in entered) {
      const proved = [...proofsOf(verification), checked.proof]
      await rememberDevice(trx, deps, caller, { session: entered.session, proved })
    }
    return entered
  })
  if (!('session' in result)) return { id: verificationId, verification: result, flowSecret: begun }
  await forgetGuesses(deps, {
    typed: { email: verification.email_normalized ?? result.user.email_normalized },
    userId: result.user.id,
    address: caller.origin.ipAddress,
    knownDevice: result.session.device_hash,
  })
  return result
}

async function complete(
  trx: Knex,
  deps: AuthDeps,
  caller: Caller,
  checked: CheckedFactor & { readonly admission: Admission },
): Promise<Entered | Verification> {
  const { purpose, user_id } = checked.verification
  if (purpose === 'PROVIDER_LOGIN') return await completeProviderLogin(trx, deps, caller, checked)
  if (purpose !== 'REGISTRATION' || user_id !== null) return await goOn(trx, deps, caller, checked)
  return await completeRegistration(trx, deps, caller, checked)
}

/** The person whose factors these are has passed, or is asked for another. */
async function goOn(
  trx: Knex,
  deps: AuthDeps,
  caller: Caller,
  {
    verification,
    proof,
    user: seen,
    spend,
    admission,
  }: CheckedFactor & { readonly admission: Admission },
): Promise<Entered | Verification> {
  const { delivery, device_name: deviceName, session_id } = verification
  // Before anything that is theirs, as everybody locks.
  const found = await findUserWithRoles(trx, seen?.id ?? '', 'update')
  if (found?.status !== 'ACTIVE') throw failed()
  // Added meanwhile, in another sign-in: from then on that one is asked for.
  if (isEnrolment(verification) && (await beginFurther(trx, deps, found)) !== null) throw failed()
  const { identityId, isStuffing = false } = beginningOf(verification)
  // Unlinked since it began: what was proved there is nothing of theirs any more.
  if (identityId !== undefined && !(await isIdentityOf(trx, identityId, found.id))) throw failed()
  const enrolledIn = await spend(trx)
  const proved = [...proofsOf(verification), proof]
  const mailbox = provedMailbox(verification, proved)
  if (mailbox !== null && !(await isAddressOf(trx, found.id, mailbox))) throw failed()
  const isByMail = verification.purpose === 'EMAIL_LOGIN'
  const claim = { user: found, mailbox, challenge: verification }
  const user = isByMail ? await claimUnproved(trx, caller, claim) : found
  const device = await findDeviceByHash(trx, user.id, verification.device_hash)
  const deviceHash = device?.hash ?? null
  const isDeviceRemembered = device?.isRemembered === true
  const standing = { user, proved, isDeviceProven: false, isDeviceRemembered }
  const methods = await whatFollows(trx, deps, standing)
  if (methods !== null) {
    const flow = { user, proved, delivery, deviceName, deviceHash }
    const sessionId = session_id ?? (await startWaiting(trx, deps, caller, flow))
    if (enrolledIn !== null) await noteLineage(trx, { sessionId, enrolledIn })
    return await advanceVerification(trx, verification, {
      proved,
      methods,
      userId: user.id,
      sessionId,
    })
  }
  await consumeVerification(trx, verification)
  const entered = await makeSession(trx, deps, caller, {
    user,
    proved,
    delivery,
    deviceName,
    deviceHash,
    pendingSessionId: session_id,
    mailbox,
    admission,
    isStuffing,
    isRegistration: verification.purpose === 'REGISTRATION',
  })
  if (enrolledIn !== null) await noteLineage(trx, { sessionId: entered.session.id, enrolledIn })
  return entered
}

/** Several registrations of one e-mail address proved at once would wait for each other's rows in a circle. */
async function lockMailbox(trx: Knex, { email_normalized }: Verification): Promise<void> {
  if (email_normalized === null) return
  await lockOne(trx, 'emailAddress', email_normalized)
}

function oneProof(): AuthError {
  return badInput(
    'input',
    'Send code or passkey; or providerAnswer alone, for what startProviderLogin began.',
  )
}

function failed(): AuthError {
  return new AuthError('VERIFICATION_FAILED', { attemptsRemaining: 0 })
}
