// What gateways ask: is this API key right, who is this principal now, and which of these are over?
import type { ClaimsPayload } from '@sallyport/claims'
import { payloadFromClaims } from '@sallyport/claims'
import type { Knex } from 'knex'
import { isWellFormedApiKey } from '../../../platform/api-key-format.ts'
import { isAddressAllowed } from '../api-keys/address-list.ts'
import { ApiKey, matchesSecret } from '../api-keys/api-key.ts'
import { bindingsOf, type KeyBindings } from '../api-keys/bindings.ts'
import { effectiveGrants } from '../api-keys/grants.ts'
import type { AuthDeps } from '../core/dependencies.ts'
import { claimsForToken } from '../sessions/claims-for-token.ts'
import { claimsOf } from '../sessions/issue-tokens.ts'
import { Session } from '../sessions/session.ts'
import { effectiveClaims } from '../users/custom-claims.ts'
import { findUserWithRoles } from '../users/user.ts'

/** A principal as gateways keep it: claims, and what ends it. */
export type Principal = ClaimsPayload & {
  readonly ver?: number
  readonly expires_at?: number | null
  readonly allowed_ips?: readonly string[] | null
  readonly bindings?: KeyBindings
}

export type CredentialAnswer =
  | { readonly principal: Principal }
  | {
      readonly refused:
        | 'API_KEY_INVALID'
        | 'ADDRESS_NOT_ALLOWED'
        | 'SESSION_REVOKED'
        | 'TOKEN_STALE'
    }

const API_KEY_INVALID = { refused: 'API_KEY_INVALID' } as const
/** For gateways alone, so that they do not forget a key that works elsewhere; clients are told API_KEY_INVALID. */
const ADDRESS_NOT_ALLOWED = { refused: 'ADDRESS_NOT_ALLOWED' } as const

/** Unknown, wrong, revoked, expired, unverified: one answer. */
export async function checkApiKey(
  deps: AuthDeps,
  presented: { readonly key: string; readonly secret: string; readonly address: string | null },
): Promise<CredentialAnswer> {
  if (!isWellFormedApiKey(presented.key, presented.secret)) return API_KEY_INVALID
  const apiKey = await findKey(deps.db, { key: presented.key })
  // An unknown key costs the same HMAC as a known one, and neither a statement more.
  const matched = matchSecret(deps, presented.secret, apiKey)
  if (apiKey === null || matched === null) return API_KEY_INVALID
  if (!isAddressAllowed(apiKey.allowed_ips, presented.address)) return ADDRESS_NOT_ALLOWED
  const answer = await principalOfKey(deps.db, apiKey)
  if (!('principal' in answer)) return answer
  await touch(deps.db, apiKey.id)
  return { principal: { ...answer.principal, expires_at: endOf(apiKey, matched) } }
}

type FoundKey = ApiKey & { readonly is_in_overlap: boolean }

/** Only a key that works: verified and not over, by the database's clock. */
async function findKey(
  db: Knex,
  where: { key: string } | { id: string },
): Promise<FoundKey | null> {
  const row: object | undefined = await db('api_keys')
    .where(where)
    .where('status', 'ACTIVE')
    .whereRaw('(expires_at is null or expires_at > now())')
    .first('api_keys.*', db.raw('coalesce(previous_expires_at > now(), false) as is_in_overlap'))
  return row === undefined ? null : (ApiKey.fromDatabaseJson(row) as FoundKey)
}

function matchSecret(
  deps: AuthDeps,
  secret: string,
  key: FoundKey | null,
): 'current' | 'previous' | null {
  const pepper = deps.config.secrets.apiKeyPepper
  const current = {
    hash: key?.secret_hash ?? 'x'.repeat(43),
    version: key?.secret_pepper_version ?? pepper.currentVersion,
  }
  if (matchesSecret(secret, current, pepper)) return key === null ? null : 'current'
  if (key === null || !key.is_in_overlap) return null
  const previous = { hash: key.previous_secret_hash, version: key.previous_pepper_version }
  return matchesSecret(secret, previous, pepper) ? 'previous' : null
}

/** At most one write a minute and key, however busy it is. */
async function touch(db: Knex, id: string): Promise<void> {
  await db('api_keys')
    .where('id', id)
    .whereRaw("(last_used_at is null or last_used_at < now() - interval '1 minute')")
    .update({ last_used_at: db.fn.now() })
}

/** Refused when its owner is not active. */
async function principalOfKey(db: Knex, apiKey: FoundKey): Promise<CredentialAnswer> {
  const owner = await findUserWithRoles(db, apiKey.user_id)
  if (owner?.status !== 'ACTIVE') return API_KEY_INVALID
  const { roles, scopes, roleClaims } = await effectiveGrants(db, apiKey, owner)
  const custom = effectiveClaims({ custom_claims: owner.custom_claims, roleClaims })
  const principal: Principal = {
    kind: 'api-key',
    sub: owner.id,
    key_id: apiKey.id,
    roles,
    scope: scopes.join(' '),
    email_verified: owner.email_verified,
    ...(Object.keys(custom).length > 0 && { custom }),
    allowed_ips: apiKey.allowed_ips,
    bindings: bindingsOf(apiKey),
  }
  return { principal }
}

/** An old secret ends with its overlap, the new one does not; gateways must not cache either for longer. */
function endOf(apiKey: ApiKey, matched: 'current' | 'previous'): number | null {
  const ends = [
    apiKey.expires_at,
    matched === 'previous' ? apiKey.previous_expires_at : null,
  ].filter((end) => end !== null)
  return ends.length === 0 ? null : Math.floor(Math.min(...ends.map(Number)) / 1000)
}

/** The gateway asks for itself, and says nothing of the client. */
const NOBODYS = { origin: { requestId: null, ipAddress: null, userAgent: null } }

/** The policy `live`: the principal as the database has it now. */
export async function livePrincipal(
  deps: AuthDeps,
  asked: {
    readonly kind: string
    readonly sub?: string
    readonly sid?: string
    readonly key_id?: string
    readonly ver?: number
  },
): Promise<CredentialAnswer> {
  if (asked.kind === 'api-key') {
    const apiKey = await findKey(deps.db, { id: asked.key_id ?? '' })
    return apiKey === null ? API_KEY_INVALID : await principalOfKey(deps.db, apiKey)
  }
  const session = await Session.query(deps.db)
    .findOne({ id: asked.sid ?? '', user_id: asked.sub ?? '', status: 'ACTIVE' })
    .whereRaw('expires_at > now()')
  const user = session === undefined ? undefined : await findUserWithRoles(deps.db, session.user_id)
  if (session === undefined || user?.status !== 'ACTIVE') return { refused: 'SESSION_REVOKED' }
  if (asked.ver !== user.token_version) return { refused: 'TOKEN_STALE' }
  const custom = await claimsForToken(deps, NOBODYS, { session, user })
  const claims = claimsOf(session, user, custom)
  return { principal: { ...payloadFromClaims(claims), ver: user.token_version } }
}

export interface CheckMany {
  readonly sessions: readonly { readonly sid: string; readonly sub: string; readonly ver: number }[]
  readonly apiKeys: readonly string[]
}

/** One question for many credentials, when a gateway's feed has gone quiet. */
export async function checkMany(deps: AuthDeps, { sessions, apiKeys }: CheckMany) {
  const rows: { id: string; ver: number; is_active: boolean }[] = await deps
    .db('sessions')
    .join('users', 'users.id', 'sessions.user_id')
    .whereIn(
      'sessions.id',
      sessions.map((entry) => entry.sid),
    )
    .select(
      'sessions.id',
      'users.token_version as ver',
      deps.db.raw("(sessions.status = 'ACTIVE' and users.status = 'ACTIVE') as is_active"),
    )
  const bySid = new Map(rows.map((row) => [row.id, row]))
  const working: { id: string }[] = await deps
    .db('api_keys')
    .join('users', 'users.id', 'api_keys.user_id')
    .whereIn('api_keys.id', [...apiKeys])
    .where({ 'api_keys.status': 'ACTIVE', 'users.status': 'ACTIVE' })
    .select('api_keys.id')
  const workingKeys = new Set(working.map((row) => row.id))
  return {
    revokedSessions: sessions.filter(({ sid }) => !bySid.get(sid)?.is_active).map(({ sid }) => sid),
    staleSessions: sessions
      .filter(({ sid, ver }) => ver < (bySid.get(sid)?.ver ?? 0))
      .map(({ sid }) => sid),
    revokedApiKeys: apiKeys.filter((id) => !workingKeys.has(id)),
  }
}
