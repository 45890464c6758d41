// The end of a sign-in at a provider, or one step of it. Who somebody is there, issuer and subject, says who they are here; a mailbox
// says so only once it was proved, to us.
//
//   known identity ──────────────────────────────────► policy ──► session
//   unknown ─ mailbox without an account, believed ──► account ──► policy ──► session
//           ─ any other mailbox ──► a mailed code ──► its account, or a new one, is linked ──► policy ──► session
import type { Knex } from 'knex'
import { isChallenged } from '../anomalies/find-anomalies.ts'
import type { Caller } from '../core/caller.ts'
import type { AuthDeps } from '../core/dependencies.ts'
import { AuthError } from '../core/errors.ts'
import type { CheckedAnswer } from '../factors/provider/check-answer.ts'
import { findIdentity, type LinkedIdentity } from '../factors/provider/linked-identity.ts'
import { requireRegistrable } from '../hooks/ask.ts'
import { findDeviceByHash } from '../sessions/device.ts'
import type { Entered } from '../sessions/issue-tokens.ts'
import { noteLineage } from '../sessions/note-lineage.ts'
import { type EmailAddress, tryParseEmail } from '../users/normalize-email.ts'
import { requireOpenRegistration } from '../users/registration-mode.ts'
import { findUserByEmail, findUserWithRoles, User } from '../users/user.ts'
import type { BegunVerification } from '../verifications/begin-verification.ts'
import type { Proof } from '../verifications/verification.ts'
import { askFurther } from './ask-further.ts'
import { askMailbox } from './ask-mailbox.ts'
import { makeSession } from './make-session.ts'
import { whatFollows } from './policy.ts'
import { linkFirst, registerUser } from './register-identity.ts'
import { transactSignIn } from './transact-sign-in.ts'

/**
 * @throws AuthError FORBIDDEN where nobody may register, where a hook refuses, and with reason EMAIL_MISSING where the provider
 *   tells no e-mail address that mail can be sent to; VERIFICATION_FAILED for an account that is suspended
 */
export async function finishProviderLogin(
  deps: AuthDeps,
  caller: Caller,
  answer: CheckedAnswer,
): Promise<Entered | BegunVerification> {
  const { profile, provider } = answer
  const proof: Proof = { method: 'PROVIDER', amr: [...(deps.factors.PROVIDER?.amr() ?? [])] }
  const identity = await findIdentity(deps.db, profile)
  if (identity !== undefined) return await enter(deps, caller, { answer, identity, proof })
  const email = profile.email === null ? null : tryParseEmail(profile.email)
  if (email === null) throw emailMissing(provider.settings.name)
  // Where a further factor is demanded of everybody, adding it takes the mailbox.
  const { sessionVerification, mfa } = deps.config
  const isBelieved =
    profile.isEmailTrusted && sessionVerification !== 'always' && mfa.mode !== 'required'
  const registered = isBelieved
    ? await registerUnlessTaken(deps, caller, { answer, email, proof })
    : null
  return registered ?? (await askMailbox(deps, caller, { answer, email, proof }))
}

interface Known {
  readonly answer: CheckedAnswer
  readonly identity: LinkedIdentity
  readonly proof: Proof
}

async function enter(
  deps: AuthDeps,
  caller: Caller,
  { answer: { challenge }, identity, proof }: Known,
): Promise<Entered | BegunVerification> {
  const seen = await User.query(deps.db).findById(identity.user_id)
  if (seen?.status !== 'ACTIVE') throw failed()
  const device = await findDeviceByHash(deps.db, seen.id, challenge.device_hash)
  const proved = [proof]
  const flow = {
    proved,
    delivery: challenge.delivery,
    deviceName: challenge.device_name,
    deviceHash: device?.hash ?? null,
  }
  const isDeviceProven = device?.isProven === true
  const isSuspicious = await isChallenged(deps, {
    userId: seen.id,
    address: caller.origin.ipAddress,
    hasKnownDevice: device !== null,
  })
  const isDeviceRemembered = device?.isRemembered === true
  const standing = { user: seen, proved, isDeviceProven, isDeviceRemembered, isSuspicious }
  const methods = await whatFollows(deps.db, deps, standing)
  if (methods !== null) {
    const email = { address: seen.email, normalized: seen.email_normalized }
    const began = { identityId: identity.id }
    const begun = await askFurther(deps, caller, { ...flow, user: seen, email, methods, began })
    await noteUse(deps.db, identity, begun.verification.session_id)
    return begun
  }
  return await transactSignIn(deps, caller, async (trx, admission) => {
    const user = await findUserWithRoles(trx, seen.id, 'update')
    // Unlinked, suspended or changed meanwhile: the policy was asked about somebody else.
    const isLinked = (await findIdentity(trx, identity))?.user_id === seen.id
    if (user?.status !== 'ACTIVE' || !isLinked || user.token_version !== seen.token_version)
      throw failed()
    const entered = await makeSession(trx, deps, caller, {
      ...flow,
      user,
      mailbox: null,
      admission,
    })
    await noteUse(trx, identity, entered.session.id)
    return entered
  })
}

async function noteUse(
  db: Knex,
  identity: LinkedIdentity,
  sessionId: string | null,
): Promise<void> {
  await db('linked_identities').where('id', identity.id).update({ last_used_at: db.fn.now() })
  if (sessionId === null) return
  await noteLineage(db, { sessionId, enrolledIn: identity.session_id })
}

/** @returns null for an e-mail address that has an account: it is linked once its mailbox was proved, whatever the provider says of it */
async function registerUnlessTaken(
  deps: AuthDeps,
  caller: Caller,
  { answer, email, proof }: { answer: CheckedAnswer; email: EmailAddress; proof: Proof },
): Promise<Entered | null> {
  if ((await findUserByEmail(deps.db, email)) !== undefined) return null
  requireOpenRegistration(deps.config, email.normalized)
  await requireRegistrable(deps, caller, { email: email.address, method: 'provider' })
  const { challenge, profile, provider } = answer
  return await transactSignIn(deps, caller, async (trx, admission) => {
    const user = await registerUser(trx, caller, { email, profile, settings: provider.settings })
    if (user === null) return null
    const entered = await makeSession(trx, deps, caller, {
      user,
      proved: [proof],
      delivery: challenge.delivery,
      deviceName: challenge.device_name,
      deviceHash: null,
      // The provider has proved it, and is believed.
      mailbox: email.normalized,
      admission,
      isRegistration: true,
    })
    await linkFirst(trx, caller, {
      settings: provider.settings,
      profile,
      userId: user.id,
      sessionId: entered.session.id,
    })
    return entered
  })
}

function emailMissing(name: string): AuthError {
  return new AuthError('FORBIDDEN', {
    reason: 'EMAIL_MISSING',
    message: `${name} tells no e-mail address. Sign in another way, and link ${name} to your account there.`,
  })
}

function failed(): AuthError {
  return new AuthError('VERIFICATION_FAILED', { attemptsRemaining: 0 })
}
