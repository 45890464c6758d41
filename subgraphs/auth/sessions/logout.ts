// Ends the current session, the others, or all. Being signed out already is success.
import { z } from 'zod'
import type { AuthContext } from '../context.ts'
import { transact } from '../core/database.ts'
import { AuthError, parseInput } from '../core/errors.ts'
import { clearedSessionCookies } from './cookies.ts'
import { endSessions, endSessionsOf } from './end-sessions.ts'
import { requireLiveSession } from './live-session.ts'
import { matchesHash, parseRefreshToken } from './refresh-token.ts'
import { Session } from './session.ts'

const logoutInput = z
  .object({
    scope: z.enum(['CURRENT', 'OTHERS', 'ALL']).nullish(),
    refreshToken: z.string().nullish(),
  })
  .nullish()

/**
 * `OTHERS` and `ALL` need a live access token; a refresh token alone ends its own session.
 * @returns the ids of the sessions that ended now
 */
export async function logout(
  context: AuthContext,
  input: unknown,
): Promise<{ revokedSessionIds: string[] }> {
  const parsed = parseInput(logoutInput, input)
  const scope = parsed?.scope ?? 'CURRENT'
  const revokedSessionIds =
    scope === 'CURRENT'
      ? await endCurrent(context, parsed?.refreshToken ?? null)
      : await endMany(context, scope)
  // Keeping this session means keeping its cookies.
  if (scope !== 'OTHERS' && context.client.cookies === 'allowed') {
    context.setCookies.push(...clearedSessionCookies())
  }
  return { revokedSessionIds }
}

async function endCurrent(context: AuthContext, refreshToken: string | null): Promise<string[]> {
  const { claims, client } = context
  // Whose cookies are cleared, their session ends: also beside a token in the body.
  const fromCookie = client.cookies === 'allowed' ? client.refreshToken : null
  return await transact(context.deps.db, async (trx) => {
    const byBody = await sessionOfToken(trx, refreshToken)
    const byCookie = await sessionOfToken(trx, fromCookie)
    const sessionIds = [claims.sessionId, byBody?.id, byCookie?.id].filter(
      (id) => typeof id === 'string',
    )
    return await endSessions(trx, context.origin, {
      sessionIds,
      reason: 'logout',
      actor: claims.subject === null ? { kind: 'anonymous' } : { kind: 'user', id: claims.subject },
    })
  })
}

/** Any turn will do: whoever holds the family secret may end the session, at worst their own. */
async function sessionOfToken(
  trx: AuthContext['deps']['db'],
  text: string | null,
): Promise<Session | null> {
  const token = text === null ? null : parseRefreshToken(text)
  if (token === null) return null
  const session = await Session.query(trx).findOne({ family_id: token.familyId })
  return session !== undefined && matchesHash(token.familySecret, session.family_hash)
    ? session
    : null
}

async function endMany(context: AuthContext, scope: 'OTHERS' | 'ALL'): Promise<string[]> {
  if (context.claims.kind === 'api-key') {
    throw new AuthError('FORBIDDEN', { message: 'An API key has no sessions to end.' })
  }
  return await transact(context.deps.db, async (trx) => {
    const { session, user } = await requireLiveSession(trx, context.claims)
    return await endSessionsOf(trx, context.origin, {
      userId: user.id,
      reason: 'logout',
      actor: { kind: 'user', id: user.id },
      ...(scope === 'OTHERS' && { except: session.id }),
    })
  })
}
