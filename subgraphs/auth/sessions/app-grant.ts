// What a person lets an app do: scopes, audiences, and for how long.
import type { Knex } from 'knex'
import { Model } from 'objection'

export class Grant extends Model {
  static override readonly tableName = 'oauth_grants'

  declare id: string
  declare user_id: string
  declare client_id: string
  declare client_name: string
  /** In which it was given. */
  declare session_id: string
  declare scopes: string[]
  /** Asked for and not given: nobody is asked again for them. */
  declare rejected_scopes: string[]
  declare resources: string[]
  /** Goes on when that session has ended (`offline_access`). */
  declare offline: boolean
  declare created_at: Date
  declare last_used_at: Date | null
  declare expires_at: Date
  declare revoked_at: Date | null
  declare revoked_reason: string | null
}

/** A live grant of `g`: not revoked, its person active, and its session too where it is bound to that. */
const LIVE = `g.revoked_at is null and g.expires_at > now()
  and exists (select from users u where u.id = g.user_id and u.status = 'ACTIVE')
  and (g.offline or exists (select from sessions s where s.id = g.session_id and s.status = 'ACTIVE'
    and s.expires_at > now() and s.idle_expires_at > now()))`

/** Live grants, for a query of one's own. */
export function liveGrants(db: Knex): Knex.QueryBuilder {
  return db('oauth_grants as g').whereRaw(LIVE)
}

export async function findLiveGrant(db: Knex, id: string): Promise<Grant | undefined> {
  const row: object | undefined = await liveGrants(db).where('g.id', id).first('g.*')
  return row === undefined ? undefined : Grant.fromDatabaseJson(row)
}

/** Whether it is live, as part of another statement. */
export function isLiveGrant(db: Knex, id: string): Knex.QueryBuilder {
  return liveGrants(db).where('g.id', id).select(db.raw('1'))
}
