// Ends the current session, the others, or all. Being signed out already is success.
import type { Knex } from 'knex'
import { z } from 'zod'
import type { Caller } from '../core/caller.ts'
import { transact } from '../core/database.ts'
import type { AuthDeps } from '../core/dependencies.ts'
import { AuthError } from '../core/errors.ts'
import { type Limits, parseInput } from '../core/input.ts'
import type { LogoutInput } from '../generated.ts'
import { endGrants } from './end-grants.ts'
import { endSessions, endSessionsOf } from './end-sessions.ts'
import { requireLiveSession } from './live-session.ts'
import { matchesHash, parseRefreshToken } from './refresh-token.ts'
import { Session } from './session.ts'

const limits = {
  refreshToken: z.string(),
} satisfies Limits<LogoutInput>

export interface LoggedOut {
  /** Of the sessions that ended now. */
  readonly revokedSessionIds: readonly string[]
  /** Keeping this session means keeping its cookies. */
  readonly isSignedOut: boolean
}

/**
 * `OTHERS` and `ALL` need a live access token; a refresh token alone ends its own session.
 */
export async function logout(
  deps: AuthDeps,
  caller: Caller,
  input: LogoutInput,
): Promise<LoggedOut> {
  const parsed = parseInput(limits, input)
  const scope = parsed.scope ?? 'CURRENT'
  const revokedSessionIds =
    scope === 'CURRENT'
      ? await endCurrent(deps, caller, parsed.refreshToken ?? null)
      : await endMany(deps, caller, scope)
  return { revokedSessionIds, isSignedOut: scope !== 'OTHERS' }
}

async function endCurrent(
  deps: AuthDeps,
  caller: Caller,
  refreshToken: string | null,
): Promise<string[]> {
  const { claims, client } = caller
  // Whose cookies are cleared, their session ends: also beside a token in the body.
  const fromCookie = client.cookies === 'allowed' ? client.refreshToken : null
  return await transact(deps.db, async (trx) => {
    await endOwnGrant(trx, caller)
    const byBody = await sessionOfToken(trx, refreshToken)
    const byCookie = await sessionOfToken(trx, fromCookie)
    const sessionIds = [claims.sessionId, byBody?.id, byCookie?.id].filter(
      (id) => typeof id === 'string',
    )
    return await endSessions(trx, caller.origin, {
      sessionIds,
      reason: 'logout',
      actor: claims.subject === null ? { kind: 'anonymous' } : { kind: 'user', id: claims.subject },
    })
  })
}

/** An app ends what it was let do, and no session of its person's. */
async function endOwnGrant(trx: Knex, { claims, origin }: Caller): Promise<void> {
  const { grantId, clientId } = claims
  if (grantId === null || clientId === null) return
  await endGrants(trx, origin, {
    reason: 'logout',
    actor: { kind: 'client', id: clientId },
    which: (query) => query.where('id', grantId),
  })
}

/** Any turn will do: anyone who holds the family secret may end the session, at worst their own. */
async function sessionOfToken(trx: Knex, text: string | null): Promise<Session | null> {
  const token = text === null ? null : parseRefreshToken(text)
  if (token === null) return null
  const session = await Session.query(trx).findOne({ family_id: token.familyId })
  return session !== undefined && matchesHash(token.familySecret, session.family_hash)
    ? session
    : null
}

async function endMany(deps: AuthDeps, caller: Caller, scope: 'OTHERS' | 'ALL'): Promise<string[]> {
  if (caller.claims.kind === 'api-key') {
    throw new AuthError('FORBIDDEN', { message: 'An API key has no sessions to end.' })
  }
  return await transact(deps.db, async (trx) => {
    const { session, user } = await requireLiveSession(trx, caller.claims)
    return await endSessionsOf(trx, caller.origin, {
      userId: user.id,
      reason: 'logout',
      actor: { kind: 'user', id: user.id },
      ...(scope === 'OTHERS' && { except: session.id }),
    })
  })
}
