// The mailbox that a provider named was proved: the identity is linked to the account of it, or makes one. Whatever else the policy
// asks of that account comes first; until it is enough nothing is linked.
import type { Knex } from 'knex'
import type { Caller } from '../core/caller.ts'
import type { AuthDeps } from '../core/dependencies.ts'
import { AuthError } from '../core/errors.ts'
import { beginFurther } from '../factors/enrolled/begin-factors.ts'
import { findIdentity, linkIdentity } from '../factors/provider/linked-identity.ts'
import { findDeviceByHash } from '../sessions/device.ts'
import type { Entered } from '../sessions/issue-tokens.ts'
import { noteLineage } from '../sessions/note-lineage.ts'
import { requireOpenRegistration } from '../users/registration-mode.ts'
import { findUserByEmail, findUserWithRoles, type UserWithRoles } from '../users/user.ts'
import type { CheckedFactor } from '../verifications/check-factor.ts'
import { advanceVerification, consumeVerification } from '../verifications/consume-verification.ts'
import {
  isEnrolment,
  isOfMailbox,
  type MailedVerification,
  type Proof,
  proofsOf,
  provedMailbox,
} from '../verifications/verification.ts'
import { startWaiting } from './ask-further.ts'
import { type WaitingIdentity, waitingIdentityOf } from './ask-mailbox.ts'
import { claimUnproved } from './claim-unproved.ts'
import { makeSession } from './make-session.ts'
import { whatFollows } from './policy.ts'
import { linkFirst, registerUser } from './register-identity.ts'
import type { Admission } from './transact-sign-in.ts'

interface Proved {
  readonly verification: MailedVerification
  readonly proved: readonly Proof[]
  readonly waiting: WaitingIdentity
  readonly admission: Admission
}

/** The mailbox is locked by now. @throws AuthError VERIFICATION_FAILED; FORBIDDEN where nobody may register any more */
export async function completeProviderLogin(
  trx: Knex,
  deps: AuthDeps,
  caller: Caller,
  { verification, proof, spend, admission }: CheckedFactor & { readonly admission: Admission },
): Promise<Entered | MailedVerification> {
  const proved = [...proofsOf(verification), proof]
  const waiting = waitingIdentityOf(verification)
  if (waiting === null || !isOfMailbox(verification)) throw failed()
  if (provedMailbox(verification, proved) === null) throw failed()
  const { email: address, email_normalized: normalized } = verification
  const found = await findUserByEmail(trx, { address, normalized })
  const of = { verification, proved, waiting, admission }
  if (found === undefined) return await register(trx, deps, caller, of)
  const user = await findUserWithRoles(trx, found.id, 'update')
  const isTheirs = verification.user_id === null || verification.user_id === found.id
  if (user?.status !== 'ACTIVE' || !isTheirs) throw failed()
  // Added meanwhile, in another sign-in: from then on that one is asked for.
  if (isEnrolment(verification) && (await beginFurther(trx, deps, user)) !== null) throw failed()
  await spend(trx)
  return await enter(trx, deps, caller, { ...of, user })
}

async function register(
  trx: Knex,
  deps: AuthDeps,
  caller: Caller,
  { verification, proved, waiting, admission }: Proved,
): Promise<Entered | MailedVerification> {
  // A challenge that has gone further is one account's alone.
  if (verification.session_id !== null) throw failed()
  const { email: address, email_normalized: normalized } = verification
  requireOpenRegistration(deps.config, normalized)
  const user = await registerUser(trx, caller, { ...waiting, email: { address, normalized } })
  if (user === null) throw failed()
  const { delivery, device_name: deviceName } = verification
  const flow = { user, proved, delivery, deviceName, deviceHash: null }
  const methods = await whatFollows(trx, deps, { ...flow, isDeviceProven: false, isNew: true })
  if (methods !== null) {
    const sessionId = await startWaiting(trx, deps, caller, flow)
    await linkFirst(trx, caller, { ...waiting, userId: user.id, sessionId })
    return await advance(trx, verification, { proved, methods, userId: user.id, sessionId })
  }
  await consumeVerification(trx, verification)
  const entered = await makeSession(trx, deps, caller, {
    ...flow,
    mailbox: normalized,
    admission,
    isRegistration: true,
  })
  await linkFirst(trx, caller, { ...waiting, userId: user.id, sessionId: entered.session.id })
  return entered
}

async function enter(
  trx: Knex,
  deps: AuthDeps,
  caller: Caller,
  of: Proved & { readonly user: UserWithRoles },
): Promise<Entered | MailedVerification> {
  const { verification, proved, waiting, admission } = of
  const { delivery, device_name: deviceName, session_id, email_normalized: mailbox } = verification
  const user = await claimUnproved(trx, caller, {
    user: of.user,
    mailbox,
    challenge: verification,
  })
  const device = await findDeviceByHash(trx, user.id, verification.device_hash)
  const flow = { proved, delivery, deviceName, deviceHash: device?.hash ?? null }
  const identity = await findIdentity(trx, waiting.profile)
  const isLinked = identity?.user_id === user.id
  // What is not linked proves nothing about this person: whoever reads their mail has an account somewhere.
  const counted = isLinked ? proved : proved.filter(({ method }) => method !== 'PROVIDER')
  const methods = await whatFollows(trx, deps, { user, proved: counted, isDeviceProven: false })
  if (methods !== null) {
    const sessionId = session_id ?? (await startWaiting(trx, deps, caller, { ...flow, user }))
    return await advance(trx, verification, { proved, methods, userId: user.id, sessionId })
  }
  await consumeVerification(trx, verification)
  const entered = await makeSession(trx, deps, caller, {
    ...flow,
    user,
    pendingSessionId: session_id,
    mailbox,
    admission,
  })
  const sessionId = entered.session.id
  const link = { ...waiting, userId: user.id, sessionId }
  if (isLinked) await noteLineage(trx, { sessionId, enrolledIn: identity.session_id })
  // Where it has come to be somebody else's the mailbox signs in all the same, as it does by itself.
  else await linkIdentity(trx, caller.origin, link)
  return entered
}

async function advance(
  trx: Knex,
  verification: MailedVerification,
  next: Parameters<typeof advanceVerification>[2],
): Promise<MailedVerification> {
  return (await advanceVerification(trx, verification, next)) as MailedVerification
}

function failed(): AuthError {
  return new AuthError('VERIFICATION_FAILED', { attemptsRemaining: 0 })
}
