// Signs in with e-mail address and password: active at once, or a code first. Every refusal looks and costs the same.
import { z } from 'zod'
import { recordAudit } from '../audit/record.ts'
import { type AuthContext, requireCookiesAllowed } from '../context.ts'
import { transact } from '../database.ts'
import { AuthError, parseInput } from '../errors.ts'
import type { StoredPassword } from '../passwords/hasher.ts'
import { tryParseEmail } from '../users/normalize-email.ts'
import { findUserByEmail, findUserWithRoles, type User } from '../users/user.ts'
import { type BegunVerification, beginVerification } from '../verifications/begin-verification.ts'
import { flowCookie } from './cookies.ts'
import { isKnownDevice } from './device.ts'
import type { TokenDelivery } from './session.ts'
import { answerSignedIn, type SignedIn } from './sign-in.ts'
import { type NewSession, startActiveSession, startPendingSession } from './start-session.ts'

const loginInput = z.object({
  email: z.string().max(2048),
  password: z
    .string()
    .refine((text) => Buffer.byteLength(text) <= 1024, 'A password has at most 1024 bytes.'),
  delivery: z.enum(['BODY', 'COOKIE']).nullish(),
  deviceName: z.string().trim().max(100, 'Use at most 100 characters.').nullish(),
  deviceToken: z.string().max(128).nullish(),
})

/** @throws AuthError INVALID_CREDENTIALS for unknown, wrong, suspended and unverified alike */
export async function login(
  context: AuthContext,
  input: unknown,
): Promise<SignedIn | BegunVerification> {
  const { deps } = context
  const {
    email,
    password,
    delivery: wanted,
    deviceName,
    deviceToken,
  } = parseInput(loginInput, input)
  const delivery = wanted ?? 'BODY'
  requireCookiesAllowed(context, delivery)
  const user = await authenticate(context, email, password)
  const presented = delivery === 'COOKIE' ? context.client.deviceToken : (deviceToken ?? null)
  const newSession: NewSession = {
    userId: user.id,
    delivery,
    deviceName: deviceName || null,
    authenticationMethods: ['pwd'],
  }
  if (await needsCode(context, user, presented)) return await beginLogin(context, user, newSession)

  const started = await transact(deps.db, async (trx) => {
    const { session, refreshToken } = await startActiveSession(
      trx,
      deps,
      context.origin,
      newSession,
    )
    const withRoles = await findUserWithRoles(trx, user.id)
    if (withRoles?.status !== 'ACTIVE' || withRoles.token_version !== user.token_version) {
      throw new AuthError('INVALID_CREDENTIALS')
    }
    return { session, refreshToken, user: withRoles, deviceToken: null }
  })
  return await answerSignedIn(context, started)
}

async function authenticate(
  context: AuthContext,
  emailText: string,
  password: string,
): Promise<User> {
  const { db, hasher } = context.deps
  const email = tryParseEmail(emailText)
  const user = email === null ? undefined : await findUserByEmail(db, email)
  const stored = storedPassword(user)
  const isRight = await hasher.verify(password, stored)
  if (user !== undefined && isRight && user.status === 'ACTIVE') {
    if (stored !== null && hasher.isOutdated(stored)) await rehash(context, user, password, stored)
    return user
  }
  await recordAudit(db, context.origin, {
    action: 'login.failed',
    outcome: 'failure',
    actor: { kind: 'anonymous' },
    userId: user?.id ?? null,
  })
  throw new AuthError('INVALID_CREDENTIALS')
}

function storedPassword(user: User | undefined): StoredPassword | null {
  if (user === undefined || user.password_hash === null) return null
  return { hash: user.password_hash, pepperVersion: user.password_pepper_version ?? 0 }
}

/** The cost rose or the pepper rotated. A password that changed meanwhile is left alone. */
async function rehash(
  context: AuthContext,
  user: User,
  password: string,
  old: StoredPassword,
): Promise<void> {
  const fresh = await context.deps.hasher.hash(password)
  await context.deps
    .db('users')
    .where({ id: user.id, password_hash: old.hash })
    .update({ password_hash: fresh.hash, password_pepper_version: fresh.pepperVersion })
}

async function needsCode(
  context: AuthContext,
  user: User,
  deviceToken: string | null,
): Promise<boolean> {
  const { config, db } = context.deps
  if (config.sessionVerification === 'off') return false
  if (config.sessionVerification === 'always') return true
  return !(await isKnownDevice(db, user.id, deviceToken))
}

async function beginLogin(
  context: AuthContext,
  user: User,
  newSession: NewSession & { readonly delivery: TokenDelivery },
): Promise<BegunVerification> {
  const { deps, origin } = context
  const begun = await transact(deps.db, async (trx) => {
    const session = await startPendingSession(trx, origin, newSession)
    await recordAudit(trx, origin, {
      action: 'login.verification-required',
      actor: { kind: 'user', id: user.id },
      userId: user.id,
      sessionId: session.id,
    })
    return await beginVerification(trx, deps.config, {
      purpose: 'LOGIN',
      email: { address: user.email, normalized: user.email_normalized },
      template: 'login-code',
      userId: user.id,
      sessionId: session.id,
      delivery: newSession.delivery,
    })
  })
  if (begun.flowSecret !== null) context.setCookies.push(flowCookie(begun.flowSecret))
  return begun
}
