// The end of every way in: the one place where somebody who has passed the policy gets a session.
import type { Knex } from 'knex'
import { type Anomaly, findAnomalies, rememberPlace } from '../anomalies/find-anomalies.ts'
import { recordAnomalies, SignInBlocked } from '../anomalies/record-anomalies.ts'
import type { Caller } from '../core/caller.ts'
import type { AuthDeps } from '../core/dependencies.ts'
import { AuthError } from '../core/errors.ts'
import type { TokenDelivery } from '../generated.ts'
import { rememberDevice } from '../sessions/device.ts'
import { type Entered, requireAddressOfAdmin } from '../sessions/issue-tokens.ts'
import type { Session } from '../sessions/session.ts'
import {
  type ActiveSession,
  activateSession,
  startActiveSession,
} from '../sessions/start-session.ts'
import { proveAddress } from '../users/prove-address.ts'
import { findUserWithRoles, type UserWithRoles } from '../users/user.ts'
import type { Proof } from '../verifications/verification.ts'
import { notifyOfNewDevice } from './new-device.ts'
import { methodsOf } from './policy.ts'
import type { Admission } from './transact-sign-in.ts'

export interface Entrance {
  /** Locked by the transaction, or made in it. */
  readonly user: UserWithRoles
  readonly proved: readonly Proof[]
  readonly delivery: TokenDelivery
  readonly deviceName: string | null
  /** The known device that it runs on. */
  readonly deviceHash: string | null
  /** The session that waited for the last factor. Default: there is none yet. */
  readonly pendingSessionId?: string | null
  /** The mailbox that was proved on the way, normalised. */
  readonly mailbox: string | null
  /** Of the transaction: whether the hook `beforeSignIn` was asked. */
  readonly admission: Admission
  /** Far more of this network's passwords were wrong of late than people mistype. Default false. */
  readonly isStuffing?: boolean
  /** Nobody needs to be told of the device on which they have just registered. Default false. */
  readonly isRegistration?: boolean
}

/** @throws AuthError VERIFICATION_FAILED where the session that waited has ended; FORBIDDEN by an admin's network */
export async function makeSession(
  trx: Knex,
  deps: AuthDeps,
  caller: Caller,
  entrance: Entrance,
): Promise<Entered> {
  const { user: seen, mailbox } = entrance
  await requireAddressOfAdmin(trx, deps, caller, seen)
  entrance.admission.require({
    userId: entrance.isRegistration ? null : seen.id,
    email: seen.email,
    roles: seen.roles,
    methods: entrance.proved.map(({ method }) => method),
  })
  const found = entrance.isRegistration ? [] : await judge(trx, deps, caller, entrance)
  const started = await start(trx, deps, caller, entrance)
  await rememberPlace(trx, deps, { userId: seen.id, address: caller.origin.ipAddress })
  const { id: sessionId } = started.session
  await recordAnomalies(trx, deps, caller.origin, { userId: seen.id, found, sessionId })
  if (mailbox !== null) await proveAddress(trx, seen, mailbox)
  const user = mailbox === null ? seen : ((await findUserWithRoles(trx, seen.id)) ?? seen)
  const { session } = started
  return { ...started, user, deviceToken: await meetDevice(trx, deps, entrance, session) }
}

/** @throws SignInBlocked where the settings stop it; never on a device that the person has signed in on before */
async function judge(
  trx: Knex,
  deps: AuthDeps,
  { origin }: Caller,
  { user, deviceHash, isStuffing = false }: Entrance,
): Promise<Anomaly[]> {
  const hasKnownDevice = deviceHash !== null
  const facts = { userId: user.id, address: origin.ipAddress, hasKnownDevice, isStuffing }
  const found = await findAnomalies(trx, deps, facts)
  const isStopped = found.some(({ action }) => action === 'block') && !hasKnownDevice
  if (isStopped) throw new SignInBlocked({ userId: user.id, found })
  return found
}

async function start(
  trx: Knex,
  deps: AuthDeps,
  { origin }: Caller,
  { user, proved, delivery, deviceName, deviceHash, pendingSessionId: sessionId }: Entrance,
): Promise<ActiveSession> {
  const authenticationMethods = methodsOf(deps.factors, proved)
  if (sessionId === undefined || sessionId === null) {
    const session = { userId: user.id, delivery, deviceName, deviceHash, authenticationMethods }
    return await startActiveSession(trx, deps, origin, session)
  }
  const activated = await activateSession(trx, deps, origin, { sessionId, authenticationMethods })
  if (activated === null) throw new AuthError('VERIFICATION_FAILED', { attemptsRemaining: 0 })
  return activated
}

/** A new device is remembered and its user told; on a known one the mailbox may have been proved now. */
async function meetDevice(
  trx: Knex,
  deps: AuthDeps,
  { user, deviceHash, mailbox, isRegistration = false }: Entrance,
  session: Session,
): Promise<string | null> {
  const isProven = mailbox !== null
  if (deviceHash !== null) {
    const device = trx('known_devices').where({ user_id: user.id, secret_hash: deviceHash })
    const known = isProven ? await device.update({ proven: true }) : (await device.select(1)).length
    if (known > 0) return null
  }
  if (!isRegistration) await notifyOfNewDevice(trx, deps, { user, session })
  return await rememberDevice(trx, { user, session, isProven })
}
