// Ends one of one's own sessions. Another person's session looks like one that does not exist.
import type { Caller } from '../core/caller.ts'
import { transact } from '../core/database.ts'
import type { AuthDeps } from '../core/dependencies.ts'
import { AuthError } from '../core/errors.ts'
import { id, type Limits, parseInput } from '../core/input.ts'
import type { RevokeSessionInput } from '../generated.ts'
import { endSessions } from './end-sessions.ts'
import { requireLiveSession } from './live-session.ts'
import { Session } from './session.ts'

const limits = { sessionId: id } satisfies Limits<RevokeSessionInput>

/** @throws AuthError NOT_FOUND for unknown and foreign ids alike */
export async function revokeSession(
  deps: AuthDeps,
  caller: Caller,
  input: RevokeSessionInput,
): Promise<Session> {
  const { sessionId } = parseInput(limits, input)
  return await transact(deps.db, async (trx) => {
    const { user } = await requireLiveSession(trx, caller.claims)
    const session = await Session.query(trx).findOne({ id: sessionId, user_id: user.id })
    if (session === undefined) throw new AuthError('NOT_FOUND')
    await endSessions(trx, caller.origin, {
      sessionIds: [session.id],
      reason: 'revoked',
      actor: { kind: 'user', id: user.id },
    })
    return await Session.query(trx).findById(session.id).throwIfNotFound()
  })
}
