// What a person lets an app do: scopes, audiences, and for how long.
import type { Knex } from 'knex'
import { Model } from 'objection'

export class Grant extends Model {
  static override readonly tableName = 'oauth_grants'
  static override get jsonAttributes(): string[] {
    return ['scopes_by_resource']
  }

  declare id: string
  declare user_id: string
  declare client_id: string
  declare client_name: string
  /** In which it was given. */
  declare session_id: string
  declare scopes: string[]
  declare resources: string[]
  /** What was let for each of them. null: kept by a version that knew them together alone. */
  declare scopes_by_resource: Readonly<Record<string, readonly string[]>> | null
  /** Goes on when that session has ended (`offline_access`). */
  declare offline: boolean
  declare created_at: Date
  declare last_used_at: Date | null
  declare expires_at: Date
  declare revoked_at: Date | null
  declare revoked_reason: string | null

  /** What was let for one resource says nothing of another (RFC 8707). */
  scopesAt(resource: string): readonly string[] {
    if (this.scopes_by_resource !== null) return this.scopes_by_resource[resource] ?? []
    return this.resources[0] === resource ? this.scopes : []
  }
}

/** As `scopesAt` reads it, in SQL. */
const SCOPES =
  'coalesce(g.scopes_by_resource, jsonb_build_object(g.resources[1], to_jsonb(g.scopes)))'

/**
 * A live grant of `g`: not revoked, its person active, and its session too where it is bound to that. Where nobody wrote down which
 * scopes were let for which of several resources, people are asked anew.
 */
const LIVE = `g.revoked_at is null and g.expires_at > now()
  and (g.scopes_by_resource is not null or cardinality(g.resources) = 1)
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

/** The live one that an app goes on with in a session: an app has one there, however often it asks. */
export async function findGrantInSession(
  db: Knex,
  of: { readonly userId: string; readonly clientId: string; readonly sessionId: string },
): Promise<Grant | undefined> {
  const row: object | undefined = await liveGrants(db)
    .where({ 'g.user_id': of.userId, 'g.client_id': of.clientId, 'g.session_id': of.sessionId })
    .orderBy('g.created_at', 'desc')
    .first('g.*')
  return row === undefined ? undefined : Grant.fromDatabaseJson(row)
}

/** Whether it is live, as part of another statement. */
export function isLiveGrant(db: Knex, id: string): Knex.QueryBuilder {
  return liveGrants(db).where('g.id', id).select(db.raw('1'))
}

/** Grants of `g` that let all of these scopes be used at each of these resources. */
export function letsAll(
  query: Knex.QueryBuilder,
  {
    scopes,
    resources,
  }: { readonly scopes: readonly string[]; readonly resources: readonly string[] },
): Knex.QueryBuilder {
  const wanted = Object.fromEntries(resources.map((resource) => [resource, scopes]))
  return query.whereRaw(`${SCOPES} @> ?::jsonb`, [JSON.stringify(wanted)])
}
