// Confirms that the person is still there, with any factor they have: it raises auth_time (RFC 9470) and changes the tokens.
// Anyone who holds a further factor is asked for that one; the password alone is not proof of presence for them.
import type { Knex } from 'knex'
import { recordAudit } from '../core/audit/record.ts'
import type { Caller } from '../core/caller.ts'
import { transact } from '../core/database.ts'
import type { AuthDeps } from '../core/dependencies.ts'
import { AuthError, badInput } from '../core/errors.ts'
import { id, type Limits, parseInput, text } from '../core/input.ts'
import { ownersMail, transactMailing } from '../core/throttling/count-mail.ts'
import { passkeyAnswer } from '../factors/passkey/answer.ts'
import { confirmPassword } from '../factors/password/confirm-password.ts'
import { presentedPassword } from '../factors/password/policy.ts'
import type { ReauthenticateInput } from '../generated.ts'
import type { Entered } from '../sessions/issue-tokens.ts'
import { requireLiveSession } from '../sessions/live-session.ts'
import { reissueTokens } from '../sessions/reissue-tokens.ts'
import { raisedBy, whatReauthenticates } from '../sign-in/policy.ts'
import { presentedIn } from '../sign-in/presented.ts'
import type { UserWithRoles } from '../users/user.ts'
import { type BegunVerification, beginVerification } from '../verifications/begin-verification.ts'
import { checkFactor } from '../verifications/check-factor.ts'
import { consumeVerification } from '../verifications/consume-verification.ts'
import type { Beginnings, Proof } from '../verifications/verification.ts'

const limits = {
  password: presentedPassword,
  verificationId: id,
  code: text(64),
  passkey: passkeyAnswer,
} satisfies Limits<ReauthenticateInput>

/**
 * @throws AuthError INVALID_CREDENTIALS or VERIFICATION_FAILED when the factor is wrong; the session stays as it was.
 *   RATE_LIMITED; BAD_USER_INPUT
 */
export async function reauthenticate(
  deps: AuthDeps,
  caller: Caller,
  input: ReauthenticateInput,
): Promise<Entered | BegunVerification> {
  const { password, method, verificationId, ...given } = parseInput(limits, input)
  const hasProof = Boolean(given.code || given.passkey)
  if (typeof password === 'string') {
    if (method || verificationId || hasProof) throw oneFactor()
    return await byPassword(deps, caller, password)
  }
  if (verificationId && hasProof) {
    const presented = presentedIn({ ...given, method })
    return await byChallenge(deps, caller, { verificationId, ...presented })
  }
  if (!method || verificationId || hasProof) throw oneFactor()
  return await ask(deps, caller, { proved: [], only: method })
}

function oneFactor(): AuthError {
  return badInput(
    'input',
    'Send the password; or method alone, and then verificationId with code or passkey.',
  )
}

async function byPassword(
  deps: AuthDeps,
  caller: Caller,
  password: string,
): Promise<Entered | BegunVerification> {
  const user = await confirmPassword(deps, caller, password, 'session.reauthenticated')
  const proof = { method: 'PASSWORD', amr: deps.factors.PASSWORD.amr() }
  const accepted = await whatReauthenticates(deps.db, deps, user)
  if (!('PASSWORD' in accepted)) return await ask(deps, caller, { proved: [proof] })
  return await transact(deps.db, async (trx) => {
    const live = await requireLiveSession(trx, caller.claims)
    if (live.user.token_version !== user.token_version) throw new AuthError('INVALID_CREDENTIALS')
    return await renew(trx, deps, { live, proof })
  })
}

async function byChallenge(
  deps: AuthDeps,
  caller: Caller,
  presented: {
    readonly verificationId: string
    readonly method: string | null
    readonly secret: string
  },
): Promise<Entered> {
  const { claims, origin } = caller
  const { verification, proof, spend } = await checkFactor(deps, caller, {
    ...presented,
    purposes: ['STEP_UP'],
    flowSecret: null,
    sessionId: claims.sessionId ?? '',
  })
  return await transact(deps.db, async (trx) => {
    const live = await requireLiveSession(trx, claims)
    const accepted = await whatReauthenticates(trx, deps, live.user)
    // Enrolled meanwhile: from then on nothing less will do.
    if (!(proof.method in accepted)) throw failed()
    await spend(trx)
    await consumeVerification(trx, verification)
    await recordAudit(trx, origin, {
      action: 'session.reauthenticated',
      actor: { kind: 'user', id: live.user.id },
      userId: live.user.id,
      sessionId: live.session.id,
      detail: { method: proof.method },
    })
    return await renew(trx, deps, { live, proof })
  })
}

async function renew(
  trx: Knex,
  deps: AuthDeps,
  {
    live,
    proof,
  }: { readonly live: Awaited<ReturnType<typeof requireLiveSession>>; readonly proof: Proof },
): Promise<Entered> {
  const proved = raisedBy(deps.factors, proof)
  const renewed = await reissueTokens(trx, deps, live.session, { proved })
  return { ...renewed, user: live.user, deviceToken: null }
}

/** A challenge of this very session; one from before is over. */
async function ask(
  deps: AuthDeps,
  caller: Caller,
  { proved, only }: { readonly proved: readonly Proof[]; readonly only?: string },
): Promise<BegunVerification> {
  const { claims } = caller
  const shares = only === undefined || only === 'EMAIL_CODE' ? mailShares(caller) : []
  return await transactMailing(deps, shares, async (trx, grant) => {
    const { user, session } = await requireLiveSession(trx, claims)
    const methods = pick(await whatReauthenticates(trx, deps, user), only)
    const isByMail = 'EMAIL_CODE' in methods
    if (!isByMail) grant.leaveUnused()
    await trx('verifications')
      .where({ session_id: session.id, purpose: 'STEP_UP' })
      .whereNull('consumed_at')
      .update({ consumed_at: trx.fn.now() })
    return await beginVerification(trx, deps.config, {
      purpose: 'STEP_UP',
      email: isByMail ? mailboxOf(user) : null,
      template: isByMail ? 'step-up-code' : null,
      methods,
      proved,
      userId: user.id,
      sessionId: session.id,
      isSilent: !grant.isMailed,
    })
  })
}

function mailShares({ claims }: Caller) {
  return ownersMail({ user: claims.subject ?? '', purpose: 'STEP_UP' })
}

/** @throws AuthError BAD_USER_INPUT for a factor that this person has not, or that is not enough for them */
function pick(accepted: Beginnings, only: string | undefined): Beginnings {
  const given = Object.entries(accepted).filter(([method]) => method !== 'PASSWORD')
  const wanted = only === undefined ? given : given.filter(([method]) => method === only)
  if (wanted.length > 0) return Object.fromEntries(wanted)
  const names = given.map(([method]) => method).join(', ')
  throw badInput('input.method', `This account can be confirmed with ${names || 'nothing'}.`)
}

function mailboxOf({ email, email_normalized }: UserWithRoles) {
  return { address: email, normalized: email_normalized }
}

function failed(): AuthError {
  return new AuthError('VERIFICATION_FAILED', { attemptsRemaining: 0 })
}
