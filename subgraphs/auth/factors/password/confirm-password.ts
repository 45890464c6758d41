// The password again, within a session: counted for the session, so that somebody who stole one cannot guess on, nor keep others out.

import { recordAudit } from '../../core/audit/record.ts'
import type { Caller } from '../../core/caller.ts'
import { transact } from '../../core/database.ts'
import { unlessBusy } from '../../core/deadline.ts'
import type { AuthDeps } from '../../core/dependencies.ts'
import { AuthError } from '../../core/errors.ts'
import { countKey } from '../../core/throttling/count-key.ts'
import { endSessions } from '../../sessions/end-sessions.ts'
import { requireLiveSession } from '../../sessions/live-session.ts'
import type { UserWithRoles } from '../../users/user.ts'
import { storedPasswordOf } from './set-password.ts'

/**
 * @param action for the audit log, with the outcome
 * @throws AuthError INVALID_CREDENTIALS when the password is wrong; the session stays as it was. RATE_LIMITED;
 *   UNAUTHENTICATED after too many in all, and the session has ended
 */
export async function confirmPassword(
  deps: AuthDeps,
  caller: Caller,
  password: string,
  action: string,
): Promise<UserWithRoles> {
  const { origin, claims, deadline } = caller
  const { user, session } = await transact(
    deps.db,
    async (trx) => await requireLiveSession(trx, claims),
  )
  const key = countKey({ session: session.id })
  const tries = await deps.throttle.add('password-session', key)
  if (tries.isOver) {
    throw new AuthError('RATE_LIMITED', { retryAfterSeconds: tries.retryAfterSeconds })
  }
  if ((await deps.throttle.add('password-session-long', key)).isOver) {
    return await endGuessing(deps, caller, session.id)
  }
  const takeBack = async () => {
    await deps.throttle.forgive('password-session', key)
    await deps.throttle.forgive('password-session-long', key)
  }
  const isRight = await unlessBusy(
    () => deps.hasher.verify(password, storedPasswordOf(user), deadline),
    takeBack,
  )
  await recordAudit(deps.db, origin, {
    action,
    outcome: isRight ? 'success' : 'failure',
    actor: { kind: 'user', id: user.id },
    userId: user.id,
    sessionId: session.id,
  })
  if (!isRight) throw new AuthError('INVALID_CREDENTIALS', { message: 'The password is wrong.' })
  await deps.throttle.reset('password-session', key)
  await deps.throttle.reset('password-session-long', key)
  return user
}

async function endGuessing(deps: AuthDeps, { origin }: Caller, sessionId: string): Promise<never> {
  await transact(
    deps.db,
    async (trx) =>
      await endSessions(trx, origin, {
        sessionIds: [sessionId],
        reason: 'password-guesses',
        actor: { kind: 'system' },
      }),
  )
  throw new AuthError('UNAUTHENTICATED', {
    reason: 'SESSION_REVOKED',
    message: 'This session has ended after too many wrong passwords.',
  })
}
