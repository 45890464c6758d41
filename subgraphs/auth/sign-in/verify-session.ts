// Turns a proved code into a usable session: the end of a registration, or of a login that needed one.
import type { Knex } from 'knex'
import { z } from 'zod'
import type { AuthContext } from '../context.ts'
import { lockOne } from '../core/advisory-lock.ts'
import { recordAudit } from '../core/audit/record.ts'
import { requireCookiesAllowed } from '../core/caller.ts'
import { transact } from '../core/database.ts'
import { AuthError, parseInput } from '../core/errors.ts'
import { forgetGuesses } from '../core/throttling/guard-login.ts'
import { clearedFlowCookie } from '../sessions/cookies.ts'
import { rememberDevice } from '../sessions/device.ts'
import type { Session } from '../sessions/session.ts'
import { answerSignedIn, requireAddressOfAdmin, type SignedIn } from '../sessions/sign-in.ts'
import { activateSession, startActiveSession } from '../sessions/start-session.ts'
import { createUser } from '../users/create-user.ts'
import { proveAddress } from '../users/prove-address.ts'
import { findUserWithRoles, type UserWithRoles } from '../users/user.ts'
import { isAddressOf } from '../users/user-email.ts'
import { checkCode, consumeVerification } from '../verifications/check-code.ts'
import type { Verification } from '../verifications/verification.ts'
import { tellOfNewDevice } from './new-device.ts'

const verifySessionInput = z.object({
  verificationId: z.string().max(128),
  code: z.string().max(64),
})

interface Started {
  readonly session: Session
  readonly refreshToken: string
  readonly user: UserWithRoles
  /** null on a device that has one. */
  readonly deviceToken: string | null
}

/** @throws AuthError VERIFICATION_FAILED */
export async function verifySession(context: AuthContext, input: unknown): Promise<SignedIn> {
  const { verificationId, code } = parseInput(verifySessionInput, input)
  const verification = await checkCode(context, {
    verificationId,
    code,
    purposes: ['REGISTRATION', 'LOGIN'],
    flowSecret: context.client.cookies === 'allowed' ? context.client.flowSecret : null,
  })
  requireCookiesAllowed(context, verification.delivery)
  const started = await transact(context.deps.db, async (trx) => {
    // Several registrations of one address proved at once would wait for each other's rows in a circle.
    await lockOne(trx, 'emailAddress', verification.email_normalized)
    await consumeVerification(trx, verification)
    return verification.purpose === 'REGISTRATION'
      ? await completeRegistration(trx, context, verification)
      : await completeLogin(trx, context, verification)
  })
  await forgetGuesses(context.deps, {
    typed: { email: verification.email_normalized },
    userId: started.user.id,
    address: context.origin.ipAddress,
    knownDevice: started.session.device_hash,
  })
  if (verification.delivery === 'COOKIE') context.setCookies.push(clearedFlowCookie())
  return await answerSignedIn(context, started)
}

async function completeRegistration(
  trx: Knex,
  context: AuthContext,
  verification: Verification,
): Promise<Started> {
  const { registration } = verification
  if (registration === null) throw failed()
  const user = await createUser(trx, {
    email: verification.email,
    emailNormalized: verification.email_normalized,
    password: { hash: registration.passwordHash, pepperVersion: registration.pepperVersion },
    fullName: registration.fullName,
    displayName: registration.displayName,
    roles: ['user'],
  })
  if (user === null) throw failed()
  // Anyone else who began to register this address does not control it: their codes die now. They go on to look like
  // registrations of a taken address, or their end would tell that it has become one.
  await trx('verifications')
    .where({ email_normalized: verification.email_normalized, purpose: 'REGISTRATION' })
    .whereNull('consumed_at')
    .update({ is_decoy: true })
  await recordAudit(trx, context.origin, {
    action: 'user.registered',
    actor: { kind: 'user', id: user.id },
    userId: user.id,
  })
  const started = await startActiveSession(trx, context.deps, context.origin, {
    userId: user.id,
    delivery: verification.delivery,
    deviceName: null,
    authenticationMethods: ['pwd', 'otp'],
  })
  const { session } = started
  return {
    ...started,
    user,
    deviceToken: await rememberDevice(trx, { user, session, isProven: true }),
  }
}

async function completeLogin(
  trx: Knex,
  context: AuthContext,
  verification: Verification,
): Promise<Started> {
  if (verification.session_id === null || verification.user_id === null) throw failed()
  const started = await activateSession(trx, context.deps, context.origin, {
    sessionId: verification.session_id,
    authenticationMethods: ['pwd', 'otp'],
  })
  const seen = await findUserWithRoles(trx, verification.user_id)
  if (started === null || seen?.status !== 'ACTIVE') throw failed()
  if (!(await isAddressOf(trx, seen.id, verification.email_normalized))) throw failed()
  await requireAddressOfAdmin(trx, context, seen)
  await proveAddress(trx, seen, verification.email_normalized)
  const user = (await findUserWithRoles(trx, seen.id)) ?? seen
  return { ...started, user, deviceToken: await meetDevice(trx, context, user, started.session) }
}

/** A new device is remembered and its user told; a known one has proved the mailbox now. */
async function meetDevice(
  trx: Knex,
  { deps }: AuthContext,
  user: UserWithRoles,
  session: Session,
): Promise<string | null> {
  const known = await trx('known_devices')
    .where({ user_id: user.id, secret_hash: session.device_hash ?? '' })
    .update({ proven: true })
  if (known > 0) return null
  await tellOfNewDevice(trx, deps, { user, session })
  return await rememberDevice(trx, { user, session, isProven: true })
}

function failed(): AuthError {
  return new AuthError('VERIFICATION_FAILED', { attemptsRemaining: 0 })
}
