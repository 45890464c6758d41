// Ends what people let apps do: refresh tokens and codes go in this transaction, access tokens when the revocation feed has told
// the gateways. A grant ends with the session that it came from, unless it was given for longer (`offline_access`).
import type { Knex } from 'knex'
import { type AuditEvent, recordAudit } from '../core/audit/record.ts'
import type { RequestOrigin } from '../core/caller.ts'
import { emitEvent } from '../core/events/emit.ts'
import { revoke } from '../core/revoke.ts'

export interface EndGrants {
  readonly reason: string
  readonly actor: AuditEvent['actor']
}

interface Ended {
  readonly id: string
  readonly user_id: string
  readonly client_id: string
}

/** @param which Narrows them down. @returns the ids of those that were not over already */
export async function endGrants(
  trx: Knex,
  origin: RequestOrigin | null,
  end: EndGrants & { readonly which: (query: Knex.QueryBuilder) => Knex.QueryBuilder },
): Promise<string[]> {
  const { reason, actor } = end
  const ended: Ended[] = await trx('oauth_grants')
    .whereNull('revoked_at')
    .modify((query) => void end.which(query))
    .update({ revoked_at: trx.fn.now(), revoked_reason: reason })
    .returning(['id', 'user_id', 'client_id'])
  if (ended.length === 0) return []
  const ids = ended.map(({ id }) => id)
  await trx('oauth_refresh_families').whereIn('grant_id', ids).delete()
  await trx('oauth_objects').whereIn('grant_id', ids).delete()
  await revoke(
    trx,
    ids.map((id) => ({ kind: 'grant', id })),
  )
  for (const { id, user_id, client_id } of ended) {
    const facts = { grantId: id, clientId: client_id, reason }
    await recordAudit(trx, origin, {
      action: 'grant.revoked',
      actor,
      userId: user_id,
      detail: facts,
    })
    await emitEvent(trx, 'grant.revoked', user_id, facts)
  }
  return ids
}

/** Those that were given in these sessions. */
export async function endGrantsOfSessions(
  trx: Knex,
  origin: RequestOrigin | null,
  end: EndGrants & {
    readonly sessionIds: readonly string[]
    /** Also those that were given for longer. */
    readonly offlineToo: boolean
  },
): Promise<string[]> {
  const { sessionIds, offlineToo, ...rest } = end
  const which = (query: Knex.QueryBuilder) => {
    query.whereIn('session_id', [...sessionIds])
    return offlineToo ? query : query.where('offline', false)
  }
  return await endGrants(trx, origin, { ...rest, which })
}
