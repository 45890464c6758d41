// Ends sessions: refresh tokens stop in this transaction, access tokens when the revocation feed has told the gateways.
import type { Knex } from 'knex'
import { type AuditEvent, recordAudit } from '../core/audit/record.ts'
import type { RequestOrigin } from '../core/caller.ts'
import { emitEvent } from '../core/events/emit.ts'
import { revoke } from '../core/revoke.ts'
import { endGrants, endGrantsOfSessions } from './end-grants.ts'
import { tellAppsOfEnd } from './tell-apps.ts'

export type EndReason =
  | 'logout'
  | 'revoked'
  | 'refresh-token-reuse'
  | 'session-cap'
  | 'revoke-all'
  | 'password-changed'
  | 'password-guesses'
  | 'password-reset'
  | 'address-proved'
  | 'suspended'
  | 'tokens-not-issued'
  | 'not-me'
  | 'admin'
  | 'account-deleted'

/** A session that ends in its own time leaves what was given to apps for longer; one that is ended because of doubt does not. */
const IN_ITS_TIME: readonly EndReason[] = ['logout', 'session-cap']

export interface EndSessions {
  readonly sessionIds: readonly string[]
  readonly reason: EndReason
  readonly actor: AuditEvent['actor']
}

/** @returns the ids of those that were not over already */
export async function endSessions(
  trx: Knex,
  origin: RequestOrigin | null,
  { sessionIds, reason, actor }: EndSessions,
): Promise<string[]> {
  if (sessionIds.length === 0) return []
  const ended: { id: string; user_id: string }[] = await trx('sessions')
    .whereIn('id', [...sessionIds])
    .whereNot('status', 'REVOKED')
    .update({
      status: 'REVOKED',
      revoked_at: trx.fn.now(),
      revoked_reason: reason,
      sealed_successor: null,
      family_sealed: null,
    })
    .returning(['id', 'user_id'])
  await revoke(
    trx,
    ended.map(({ id }) => ({ kind: 'session', id })),
  )
  for (const { id, user_id } of ended) {
    await recordAudit(trx, origin, {
      action: 'session.revoked',
      actor,
      userId: user_id,
      sessionId: id,
      detail: { reason },
    })
    await emitEvent(trx, 'session.revoked', user_id, { sessionId: id, reason })
  }
  const endedIds = ended.map(({ id }) => id)
  await tellAppsOfEnd(trx, endedIds)
  await endGrantsOfSessions(trx, origin, {
    sessionIds: endedIds,
    reason,
    actor,
    offlineToo: !IN_ITS_TIME.includes(reason),
  })
  return endedIds
}

/** All of a user's sessions, or all but one. @returns the ids of those that were not over already */
export async function endSessionsOf(
  trx: Knex,
  origin: RequestOrigin | null,
  end: Omit<EndSessions, 'sessionIds'> & {
    readonly userId: string
    /** The session that goes on. Default: none. */
    readonly except?: string
  },
): Promise<string[]> {
  const rows: { id: string }[] = await trx('sessions')
    .where('user_id', end.userId)
    .whereIn('status', ['ACTIVE', 'PENDING'])
    .modify((query) => {
      if (end.except !== undefined) query.whereNot('id', end.except)
    })
    .select('id')
  const { reason, actor, userId, except } = end
  // Nothing that came of this person goes on: not what they gave to apps for longer, either, even in sessions that are over.
  await endGrants(trx, origin, {
    reason,
    actor,
    which: (query) => {
      query.where('user_id', userId)
      if (except === undefined) return query
      // The present session may have been a thief's too, before the password was another.
      const isOffline = reason === 'password-changed'
      return query.where((those) => {
        those.whereNot('session_id', except)
        if (isOffline) those.orWhere('offline', true)
      })
    },
  })
  return await endSessions(trx, origin, { sessionIds: rows.map(({ id }) => id), reason, actor })
}
