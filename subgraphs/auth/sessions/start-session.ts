// Makes a session: pending until a code is proved, or active with its first refresh token.
import type { Knex } from 'knex'
import { recordAudit } from '../core/audit/record.ts'
import type { RequestOrigin } from '../core/caller.ts'
import type { AuthDeps } from '../core/dependencies.ts'
import { encrypt } from '../core/encryption.ts'
import { emitEvent } from '../core/events/emit.ts'
import { newId, sha256 } from '../core/identifiers.ts'
import type { TokenDelivery } from '../generated.ts'
import { endSessions } from './end-sessions.ts'
import { formatRefreshToken, newFamily, type RefreshToken } from './refresh-token.ts'
import { Session } from './session.ts'

/** More signed-in devices than this: the one unused for longest is signed out. */
export const MAX_ACTIVE_SESSIONS = 50
const PENDING_MINUTES = 60

export interface NewSession {
  readonly userId: string
  readonly delivery: TokenDelivery
  readonly deviceName: string | null
  readonly authenticationMethods: readonly string[]
  /** The known device that it runs on; null or absent: a new one. */
  readonly deviceHash?: string | null
}

export interface ActiveSession {
  readonly session: Session
  readonly refreshToken: string
}

/** A session that waits for its code. It has no tokens, and nothing accepts its id. */
export async function startPendingSession(
  trx: Knex,
  origin: RequestOrigin,
  session: NewSession,
): Promise<Session> {
  const [row] = await trx('sessions')
    .insert({
      ...columns(origin, session),
      status: 'PENDING',
      idle_expires_at: trx.raw("now() + ? * interval '1 minute'", [PENDING_MINUTES]),
      expires_at: trx.raw("now() + ? * interval '1 minute'", [PENDING_MINUTES]),
    })
    .returning('*')
  return Session.fromDatabaseJson(row)
}

/** The caller holds a lock on the user, or has just made them, so that parallel logins count one after the other. */
export async function startActiveSession(
  trx: Knex,
  deps: AuthDeps,
  origin: RequestOrigin,
  session: NewSession,
): Promise<ActiveSession> {
  const token = newFamily()
  const [row] = await trx('sessions')
    .insert({
      ...columns(origin, session),
      ...activeColumns(trx, deps, token, session.authenticationMethods),
    })
    .returning('*')
  return await finishStart(trx, origin, { session: Session.fromDatabaseJson(row), token })
}

/** @returns null when the session is no longer pending: ended by a password change, an admin or time */
export async function activateSession(
  trx: Knex,
  deps: AuthDeps,
  origin: RequestOrigin,
  activate: { readonly sessionId: string; readonly authenticationMethods: readonly string[] },
): Promise<ActiveSession | null> {
  await lockUserOf(trx, activate.sessionId)
  const token = newFamily()
  const [row] = await trx('sessions')
    .where({ id: activate.sessionId, status: 'PENDING' })
    .whereRaw('expires_at > now()')
    .update({
      authentication_methods: [...activate.authenticationMethods],
      ...activeColumns(trx, deps, token, activate.authenticationMethods),
    })
    .returning('*')
  if (row === undefined) return null
  return await finishStart(trx, origin, { session: Session.fromDatabaseJson(row), token })
}

function activeColumns(
  trx: Knex,
  { config }: AuthDeps,
  token: RefreshToken,
  methods: readonly string[],
) {
  const { refreshIdleDays, refreshAbsoluteDays, secrets } = config
  const key = secrets.keyEncryptionKey
  return {
    status: 'ACTIVE',
    authenticated_at: trx.fn.now(),
    mfa_at: methods.includes('mfa') ? trx.fn.now() : null,
    last_used_at: trx.fn.now(),
    idle_expires_at: trx.raw("now() + ? * interval '1 day'", [refreshIdleDays]),
    expires_at: trx.raw("now() + ? * interval '1 day'", [refreshAbsoluteDays]),
    csrf_key_version: secrets.codeKey.currentVersion,
    family_id: token.familyId,
    family_hash: sha256(token.familySecret),
    family_sealed: encrypt(key.current().release(), `family ${token.familyId}`, token.familySecret),
    family_key_version: key.currentVersion,
    turn_hash: sha256(token.turn),
    generation: 1,
    rotated_at: trx.fn.now(),
  }
}

async function finishStart(
  trx: Knex,
  origin: RequestOrigin,
  { session, token }: { readonly session: Session; readonly token: RefreshToken },
): Promise<ActiveSession> {
  await keepWithinCap(trx, origin, session)
  await recordAudit(trx, origin, {
    action: 'session.created',
    actor: { kind: 'user', id: session.user_id },
    userId: session.user_id,
    sessionId: session.id,
    detail: { methods: session.authentication_methods, delivery: session.delivery },
  })
  await emitEvent(trx, 'session.created', session.user_id, { sessionId: session.id })
  return { session, refreshToken: formatRefreshToken(token) }
}

/** So that parallel logins count one after the other; before any session is touched, as everybody does. */
async function lockUserOf(trx: Knex, sessionId: string): Promise<void> {
  await trx('users')
    .where('id', trx('sessions').where('id', sessionId).select('user_id'))
    .forNoKeyUpdate()
    .first('id')
}

async function keepWithinCap(trx: Knex, origin: RequestOrigin, session: Session): Promise<void> {
  const rows: { id: string }[] = await trx('sessions')
    .where({ user_id: session.user_id, status: 'ACTIVE' })
    .whereNot('id', session.id)
    .orderBy('last_used_at', 'desc')
    .offset(MAX_ACTIVE_SESSIONS - 1)
    .select('id')
  await endSessions(trx, origin, {
    sessionIds: rows.map((row) => row.id),
    reason: 'session-cap',
    actor: { kind: 'system' },
  })
}

function columns(origin: RequestOrigin, session: NewSession) {
  return {
    id: newId('ses'),
    user_id: session.userId,
    delivery: session.delivery,
    device_name: session.deviceName,
    user_agent: origin.userAgent,
    ip_address: origin.ipAddress,
    authentication_methods: [...session.authenticationMethods],
    device_hash: session.deviceHash ?? null,
  }
}
