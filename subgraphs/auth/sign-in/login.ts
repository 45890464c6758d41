// Signs in with e-mail address and password: active at once, or a code first. Every refusal looks and costs the same.
import { z } from 'zod'
import type { AuthContext } from '../context.ts'
import { recordAudit } from '../core/audit/record.ts'
import { requireCookiesAllowed } from '../core/caller.ts'
import { transact } from '../core/database.ts'
import { AuthError, parseInput } from '../core/errors.ts'
import { type AdmittedLogin, forgetGuesses, guardLogin } from '../core/throttling/guard-login.ts'
import { unlessBusy } from '../core/turn.ts'
import type { StoredPassword } from '../factors/password/hasher.ts'
import { storedPasswordOf } from '../factors/password/set-password.ts'
import { findDevice, rememberDevice } from '../sessions/device.ts'
import { answerSignedIn, requireAddressOfAdmin, type SignedIn } from '../sessions/sign-in.ts'
import { type NewSession, startActiveSession } from '../sessions/start-session.ts'
import { type EmailAddress, tryParseEmail } from '../users/normalize-email.ts'
import { findUserByEmail, findUserWithRoles, type User } from '../users/user.ts'
import type { BegunVerification } from '../verifications/begin-verification.ts'
import { beginLogin } from './begin-login.ts'
import { tellOfNewDevice } from './new-device.ts'

const loginInput = z.object({
  email: z.string().max(2048),
  password: z
    .string()
    .refine((text) => Buffer.byteLength(text) <= 1024, 'A password has at most 1024 bytes.'),
  delivery: z.enum(['BODY', 'COOKIE']).nullish(),
  deviceName: z.string().trim().max(100, 'Use at most 100 characters.').nullish(),
  deviceToken: z.string().max(128).nullish(),
})

/** What is known of the person who asks, before their password is looked at. */
interface Claimant {
  readonly email: EmailAddress | null
  readonly user: User | undefined
  readonly device: { readonly hash: string; readonly isProven: boolean } | null
}

/**
 * @throws AuthError INVALID_CREDENTIALS for unknown, wrong, suspended and unverified alike; RATE_LIMITED for whoever
 *   tries too often, whether or not the account exists
 */
export async function login(
  context: AuthContext,
  input: unknown,
): Promise<SignedIn | BegunVerification> {
  const { deps, client } = context
  const parsed = parseInput(loginInput, input)
  const delivery = parsed.delivery ?? 'BODY'
  requireCookiesAllowed(context, delivery)
  const deviceToken = delivery === 'COOKIE' ? client.deviceToken : (parsed.deviceToken ?? null)
  const { claimant, guard } = await deps.beforeHash(
    async () => await admit(context, parsed.email, deviceToken),
    context.deadline,
  )
  const newSession = {
    delivery,
    deviceName: parsed.deviceName || null,
    authenticationMethods: ['pwd'],
    deviceHash: claimant.device?.hash ?? null,
  }
  const user = await authenticate(context, claimant, { guard, password: parsed.password })
  if (user === null) {
    if (!guard.needsMailbox) throw new AuthError('INVALID_CREDENTIALS')
    return await beginLogin(context, { user, email: claimant.email, newSession })
  }
  if (guard.needsMailbox || needsCode(context, claimant)) {
    return await beginLogin(context, { user, email: claimant.email, newSession })
  }
  return await signIn(context, claimant, { ...newSession, userId: user.id })
}

async function admit(
  context: AuthContext,
  emailText: string,
  deviceToken: string | null,
): Promise<{ claimant: Claimant; guard: AdmittedLogin }> {
  const claimant = await findClaimant(context, emailText, deviceToken)
  const guard = await guardLogin(context.deps, {
    typed: claimant.email === null ? { text: emailText } : { email: claimant.email.normalized },
    userId: claimant.user?.id ?? null,
    address: context.origin.ipAddress,
    knownDevice: claimant.device?.hash ?? null,
  })
  return { claimant, guard }
}

async function findClaimant(
  { deps }: AuthContext,
  emailText: string,
  deviceToken: string | null,
): Promise<Claimant> {
  const email = tryParseEmail(emailText)
  const user = email === null ? undefined : await findUserByEmail(deps.db, email)
  const device = await findDevice(deps.db, user?.id ?? '', deviceToken)
  return { email, user, device }
}

/** null: unknown, wrong, suspended or not yet verified. An unknown address costs one hash too. */
async function authenticate(
  context: AuthContext,
  { user }: Claimant,
  { guard, password }: { readonly guard: AdmittedLogin; readonly password: string },
): Promise<User | null> {
  const { db, hasher } = context.deps
  const stored = storedPasswordOf(user)
  const isRight = await unlessBusy(
    () => hasher.verify(password, stored, context.deadline),
    () => guard.takeBack(),
  )
  if (user !== undefined && isRight && user.status === 'ACTIVE') {
    // A wait that is over, or a second hash, would tell which guess was right.
    if (guard.needsMailbox) return user
    await guard.forgive()
    if (stored !== null && hasher.isOutdated(stored)) await rehash(context, user, password, stored)
    return user
  }
  await recordAudit(db, context.origin, {
    action: 'login.failed',
    outcome: 'failure',
    actor: { kind: 'anonymous' },
    userId: user?.id ?? null,
  })
  return null
}

async function signIn(
  context: AuthContext,
  { email, user: seen, device }: Claimant,
  newSession: NewSession,
): Promise<SignedIn> {
  const { deps, origin } = context
  const started = await transact(deps.db, async (trx) => {
    // Locked first: who is deleted meanwhile no longer has an account, which is not an error of ours.
    const user = await findUserWithRoles(trx, newSession.userId, 'update')
    if (user?.status !== 'ACTIVE' || user.token_version !== seen?.token_version) {
      throw new AuthError('INVALID_CREDENTIALS')
    }
    await requireAddressOfAdmin(trx, context, user)
    const { session, refreshToken } = await startActiveSession(trx, deps, origin, newSession)
    if (device !== null) return { session, refreshToken, user, deviceToken: null }
    await tellOfNewDevice(trx, deps, { user, session })
    const remembered = await rememberDevice(trx, { user, session, isProven: false })
    return { session, refreshToken, user, deviceToken: remembered }
  })
  await forgetGuesses(deps, {
    typed: { email: email?.normalized ?? started.user.email_normalized },
    userId: started.user.id,
    address: origin.ipAddress,
    // What a known device counted was taken back when its password was right.
    knownDevice: null,
  })
  return await answerSignedIn(context, started)
}

/** The cost rose, the pepper rotated, or the hash is another system's. A password that changed meanwhile is left alone. */
async function rehash(
  context: AuthContext,
  user: User,
  password: string,
  old: StoredPassword,
): Promise<void> {
  const fresh = await hashWhenIdle(context, password)
  if (fresh === null) return
  await context.deps
    .db('users')
    .where({ id: user.id, password_hash: old.hash })
    .update({ password_hash: fresh.hash, password_pepper_version: fresh.pepperVersion })
}

/** null: there is no turn for it now, and the next login will do. Anyone who had the right password is not refused for that. */
async function hashWhenIdle(
  { deps, deadline }: AuthContext,
  password: string,
): Promise<StoredPassword | null> {
  try {
    return await deps.hasher.hash(password, deadline)
  } catch (error) {
    if (error instanceof AuthError && error.code === 'SERVICE_UNAVAILABLE') return null
    throw error
  }
}

/** A device counts as known to `new-device` once its user has proved the mailbox on it. */
function needsCode({ deps }: AuthContext, { device }: Claimant): boolean {
  const { sessionVerification } = deps.config
  if (sessionVerification === 'off') return false
  return sessionVerification === 'always' || device?.isProven !== true
}
