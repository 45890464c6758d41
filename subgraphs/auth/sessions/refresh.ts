// Exchanges a refresh token for a new pair, and ends the session when an old one comes back.
import { z } from 'zod'
import { recordAudit } from '../core/audit/record.ts'
import type { Caller } from '../core/caller.ts'
import { transact } from '../core/database.ts'
import type { AuthDeps } from '../core/dependencies.ts'
import { AuthError } from '../core/errors.ts'
import { type Limits, parseInput } from '../core/input.ts'
import { enqueueMail } from '../core/mail/outbox.ts'
import type { RefreshInput, TokenDelivery } from '../generated.ts'
import { findUserWithRoles, User } from '../users/user.ts'
import { deviceOf } from './device-of.ts'
import { endSessions } from './end-sessions.ts'
import type { Entered } from './issue-tokens.ts'
import { parseRefreshToken } from './refresh-token.ts'
import { type Rotation, rotateRefreshToken } from './rotate-refresh-token.ts'
import type { Session } from './session.ts'

const limits = { refreshToken: z.string() } satisfies Limits<RefreshInput>

/** @throws AuthError INVALID_REFRESH_TOKEN: the one refresh error after which a client logs in again */
export async function refresh(
  deps: AuthDeps,
  caller: Caller,
  input: RefreshInput,
): Promise<Entered> {
  const presented = presentedToken(caller, parseInput(limits, input).refreshToken ?? null)
  const token = presented === null ? null : parseRefreshToken(presented.text)
  if (presented === null || token === null) throw refused(deps, presented?.delivery)
  await requireSameDelivery(deps, token.familyId, presented.delivery)
  const rotation = await rotateRefreshToken(deps, caller.origin, token)
  if (rotation.kind === 'reused') await endReused(deps, caller, rotation.session)
  if (rotation.kind === 'invalid' || rotation.kind === 'reused')
    throw refused(deps, presented.delivery)
  deps.checks.count('refresh-token', 'accepted')
  await auditOtherDevice(deps, caller, rotation)
  const user = await findUserWithRoles(deps.db, rotation.session.user_id)
  // Suspended since the rotation: its sessions are over, and this token would be one more.
  if (user?.status !== 'ACTIVE') throw refused(deps, presented.delivery)
  const { session, refreshToken } = rotation
  return { session, user, refreshToken, deviceToken: null }
}

function presentedToken(
  { client }: Caller,
  fromBody: string | null,
): { text: string; delivery: TokenDelivery } | null {
  if (fromBody !== null) return { text: fromBody, delivery: 'BODY' }
  const { refreshToken, cookies } = client
  if (refreshToken === null) return null
  if (cookies === 'origin') throw new AuthError('CSRF_FAILED')
  return { text: refreshToken, delivery: 'COOKIE' }
}

/** A token travels the way it was delivered: one taken out of a cookie is not accepted in a body, nor the reverse. */
async function requireSameDelivery(
  deps: AuthDeps,
  familyId: string,
  delivery: TokenDelivery,
): Promise<void> {
  const row: { delivery: TokenDelivery } | undefined = await deps
    .db('sessions')
    .where('family_id', familyId)
    .first('delivery')
  if (row !== undefined && row.delivery !== delivery) throw refused(deps, delivery)
}

/** The token came in a cookie: the browser would present it for ever, so it is cleared with the answer. */
export class RefusedCookie extends AuthError {}

function refused({ checks }: AuthDeps, delivery: TokenDelivery | undefined): AuthError {
  checks.count('refresh-token', 'INVALID_REFRESH_TOKEN')
  const Refusal = delivery === 'COOKIE' ? RefusedCookie : AuthError
  return new Refusal('INVALID_REFRESH_TOKEN')
}

/** Somebody holds a copy: the session ends for both, and its owner is told, in one transaction. */
async function endReused(deps: AuthDeps, caller: Caller, session: Session): Promise<void> {
  await transact(deps.db, async (trx) => {
    const ended = await endSessions(trx, caller.origin, {
      sessionIds: [session.id],
      reason: 'refresh-token-reuse',
      actor: { kind: 'anonymous' },
    })
    if (ended.length === 0) return
    const user = await User.query(trx).findById(session.user_id)
    if (user === undefined) return
    await enqueueMail(trx, {
      template: 'session-ended',
      recipient: user.email,
      data: { device: deviceOf(session) },
    })
  })
}

/** The same successor handed to another network address or agent may be a thief's: it is allowed, and on record. */
async function auditOtherDevice(deps: AuthDeps, caller: Caller, rotation: Rotation): Promise<void> {
  if (rotation.kind !== 'same-successor' && rotation.kind !== 'new-successor') return
  const { session } = rotation
  const { origin } = caller
  const isSame =
    session.rotated_from_address === origin.ipAddress &&
    session.rotated_from_agent === origin.userAgent
  if (isSame && rotation.kind === 'same-successor') return
  await recordAudit(deps.db, origin, {
    action: 'refresh.repeated',
    actor: { kind: 'user', id: session.user_id },
    userId: session.user_id,
    sessionId: session.id,
    detail: { answer: rotation.kind, sameOrigin: isSame },
  })
}
