// A bound on changes of addresses, which are told by mail: a stolen session must not fill a mailbox with them.
import type { AuthContext } from '../context.ts'
import { AuthError } from '../errors.ts'

/** Refuses instead of keeping silent: a change that nobody was told of could not be undone. @throws AuthError RATE_LIMITED */
export async function limitChanges({ deps, claims }: AuthContext): Promise<void> {
  const { isOver, retryAfterSeconds } = await deps.throttle.add(
    'email-change-hour',
    claims.sessionId ?? '',
  )
  if (isOver) throw new AuthError('RATE_LIMITED', { retryAfterSeconds })
}
