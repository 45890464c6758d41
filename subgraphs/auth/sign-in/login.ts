// Signs in with e-mail address and password: active at once, or a code first. Every refusal looks and costs the same.
import { isChallenged } from '../anomalies/find-anomalies.ts'
import { SignInBlocked } from '../anomalies/record-anomalies.ts'
import { recordAudit } from '../core/audit/record.ts'
import type { Caller } from '../core/caller.ts'
import { requireCookiesAllowed } from '../core/caller.ts'
import { MAX_CAPTCHA_TOKEN, requireCaptcha } from '../core/captcha/require-captcha.ts'
import { unlessBusy } from '../core/deadline.ts'
import type { AuthDeps } from '../core/dependencies.ts'
import { AuthError } from '../core/errors.ts'
import { type Limits, parseInput, text, trimmed } from '../core/input.ts'
import { type AdmittedLogin, forgetGuesses, guardLogin } from '../core/throttling/guard-login.ts'
import type { StoredPassword } from '../factors/password/hasher.ts'
import { presentedPassword } from '../factors/password/policy.ts'
import { storedPasswordOf } from '../factors/password/set-password.ts'
import type { LoginInput } from '../generated.ts'
import { findDevice, type KnownDevice } from '../sessions/device.ts'
import type { Entered } from '../sessions/issue-tokens.ts'
import { type EmailAddress, tryParseEmail } from '../users/normalize-email.ts'
import { findUserByEmail, findUserWithRoles, type User } from '../users/user.ts'
import type { BegunVerification } from '../verifications/begin-verification.ts'
import { type AskFurther, askFurther } from './ask-further.ts'
import { makeSession } from './make-session.ts'
import { requireOffered, whatFollows } from './policy.ts'
import { transactSignIn } from './transact-sign-in.ts'

const limits = {
  email: text(2048),
  password: presentedPassword,
  deviceName: trimmed(100),
  deviceToken: text(128),
  captcha: text(MAX_CAPTCHA_TOKEN),
} satisfies Limits<LoginInput>

/** What is known of the person who asks, before their password is looked at. */
interface Claimant {
  readonly email: EmailAddress | null
  readonly user: User | undefined
  readonly device: KnownDevice | null
}

/**
 * @throws AuthError INVALID_CREDENTIALS for unknown, wrong, suspended and unverified alike; RATE_LIMITED for whoever
 *   tries too often, whether or not the account exists
 */
export async function login(
  deps: AuthDeps,
  caller: Caller,
  input: LoginInput,
): Promise<Entered | BegunVerification> {
  const { client } = caller
  const parsed = parseInput(limits, input)
  const delivery = parsed.delivery ?? 'BODY'
  requireOffered(deps, 'password')
  requireCookiesAllowed(caller, delivery)
  const deviceToken = delivery === 'COOKIE' ? client.deviceToken : (parsed.deviceToken ?? null)
  const { claimant, guard } = await deps.admitHash(
    async () => await admit(deps, caller, parsed.email, deviceToken),
    caller.deadline,
  )
  await requireSolved(deps, caller, { guard, token: parsed.captcha })
  const flow = {
    email: claimant.email,
    proved: [{ method: 'PASSWORD', amr: deps.factors.PASSWORD.amr() }],
    delivery,
    deviceName: parsed.deviceName || null,
    deviceHash: claimant.device?.hash ?? null,
  }
  const user = await authenticate(deps, caller, claimant, { guard, password: parsed.password })
  if (user === null) {
    if (!guard.needsMailbox) throw new AuthError('INVALID_CREDENTIALS')
    return await askFurther(deps, caller, { ...flow, user, methods: { EMAIL_CODE: {} } })
  }
  const methods = await whatFollows(deps.db, deps, {
    user,
    proved: flow.proved,
    isDeviceProven: claimant.device?.isProven === true,
    isDeviceRemembered: claimant.device?.isRemembered === true,
    needsMailbox: guard.needsMailbox,
    isSuspicious: await isChallenged(deps, {
      userId: user.id,
      address: caller.origin.ipAddress,
      hasKnownDevice: claimant.device !== null,
      isStuffing: guard.isStuffing,
    }),
  })
  if (methods !== null) {
    await settle(deps, caller, user, { guard, password: parsed.password })
    const { isStuffing } = guard
    return await askFurther(deps, caller, { ...flow, user, methods, began: { isStuffing } })
  }
  try {
    const entered = await enter(deps, caller, user, { ...flow, isStuffing: guard.isStuffing })
    await settle(deps, caller, user, { guard, password: parsed.password })
    return entered
  } catch (error) {
    // As every failed login: who was stopped with the right password does not learn that it was.
    if (error instanceof SignInBlocked) throw new AuthError('INVALID_CREDENTIALS')
    throw error
  }
}

/** Before the password is looked at: what was refused for want of one was not a guess. */
async function requireSolved(
  deps: AuthDeps,
  caller: Caller,
  { guard, token }: { readonly guard: AdmittedLogin; readonly token: string | null | undefined },
): Promise<void> {
  const { needsCaptcha: isNeeded, retryAfterSeconds } = guard
  try {
    await requireCaptcha(deps, caller, { isNeeded, token, retryAfterSeconds })
  } catch (error) {
    await guard.takeBack()
    throw error
  }
}

async function admit(
  deps: AuthDeps,
  caller: Caller,
  typed: string,
  deviceToken: string | null,
): Promise<{ claimant: Claimant; guard: AdmittedLogin }> {
  const claimant = await findClaimant(deps, typed, deviceToken)
  const guard = await guardLogin(deps, {
    typed: claimant.email === null ? { text: typed } : { email: claimant.email.normalized },
    userId: claimant.user?.id ?? null,
    address: caller.origin.ipAddress,
    knownDevice: claimant.device?.hash ?? null,
  })
  return { claimant, guard }
}

async function findClaimant(
  deps: AuthDeps,
  typed: string,
  deviceToken: string | null,
): Promise<Claimant> {
  const email = tryParseEmail(typed)
  const user = email === null ? undefined : await findUserByEmail(deps.db, email)
  const device = await findDevice(deps.db, user?.id ?? '', deviceToken)
  return { email, user, device }
}

/** null: unknown, wrong, suspended or not yet verified. An unknown e-mail address costs one hash too. */
async function authenticate(
  deps: AuthDeps,
  caller: Caller,
  { user }: Claimant,
  { guard, password }: { readonly guard: AdmittedLogin; readonly password: string },
): Promise<User | null> {
  const { db, factors } = deps
  const { deadline } = caller
  const isRight = await unlessBusy(
    () =>
      factors.PASSWORD.check(deps, {
        user: user ?? null,
        challenge: null,
        secret: password,
        deadline,
        origin: caller.origin,
      }),
    () => guard.takeBack(),
  )
  if (user !== undefined && isRight && user.status === 'ACTIVE') return user
  await recordAudit(db, caller.origin, {
    action: 'login.failed',
    outcome: 'failure',
    actor: { kind: 'anonymous' },
    userId: user?.id ?? null,
  })
  return null
}

/**
 * After a right password that its owner sees was right. Where they do not (the mailbox is needed, or the sign-in was stopped), a wait
 * that is over, or a second hash, would tell which guess was right.
 */
async function settle(
  deps: AuthDeps,
  caller: Caller,
  user: User,
  { guard, password }: { readonly guard: AdmittedLogin; readonly password: string },
): Promise<void> {
  if (guard.needsMailbox) return
  await guard.forgive()
  const stored = storedPasswordOf(user)
  if (stored !== null && deps.hasher.isOutdated(stored)) {
    await rehash(deps, caller, user, password, stored)
  }
}

async function enter(
  deps: AuthDeps,
  caller: Caller,
  seen: User,
  flow: Omit<AskFurther, 'user' | 'methods'> & { readonly isStuffing: boolean },
): Promise<Entered> {
  const { origin } = caller
  const entered = await transactSignIn(deps, caller, async (trx, admission) => {
    // Locked first: who is deleted meanwhile no longer has an account, which is not an error of ours.
    const user = await findUserWithRoles(trx, seen.id, 'update')
    if (user?.status !== 'ACTIVE' || user.token_version !== seen.token_version) {
      throw new AuthError('INVALID_CREDENTIALS')
    }
    return await makeSession(trx, deps, caller, { ...flow, user, mailbox: null, admission })
  })
  await forgetGuesses(deps, {
    typed: { email: flow.email?.normalized ?? entered.user.email_normalized },
    userId: entered.user.id,
    address: origin.ipAddress,
    // What a known device counted is taken back with what this attempt counted.
    knownDevice: null,
  })
  return entered
}

/** The cost rose, the pepper rotated, or the hash is another system's. A password that changed meanwhile is left alone. */
async function rehash(
  deps: AuthDeps,
  caller: Caller,
  user: User,
  password: string,
  old: StoredPassword,
): Promise<void> {
  const fresh = await hashWhenIdle(deps, caller, password)
  if (fresh === null) return
  await deps
    .db('users')
    .where({ id: user.id, password_hash: old.hash })
    .update({ password_hash: fresh.hash, password_pepper_version: fresh.pepperVersion })
}

/** null: no thread is free for it now, and the next login will do. Anyone who had the right password is not refused for that. */
async function hashWhenIdle(
  deps: AuthDeps,
  { deadline }: Caller,
  password: string,
): Promise<StoredPassword | null> {
  try {
    return await deps.hasher.hash(password, deadline)
  } catch (error) {
    if (error instanceof AuthError && error.code === 'SERVICE_UNAVAILABLE') return null
    throw error
  }
}
