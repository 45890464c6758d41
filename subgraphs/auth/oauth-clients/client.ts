// An OAuth client: an app that people let in, or a program with a credential of its own. It never may more than it was given.
import { randomBytes } from 'node:crypto'
import type { JSONWebKeySet } from 'jose'
import type { Knex } from 'knex'
import { Model } from 'objection'
import type { ClientAuthMethod, ClientSource, OAuthGrantType } from '../generated.ts'

export const MAX_CLIENTS = 10_000

/** Those of admins, and those of strangers: neither leaves the other without room. */
const SOURCES = {
  ours: ['API'],
  strangers: ['REGISTRATION', 'DOCUMENT'],
} satisfies Record<string, ClientSource[]>

export async function hasRoomFor(db: Knex, whose: keyof typeof SOURCES): Promise<boolean> {
  const [found] = await db('oauth_clients').whereIn('source', SOURCES[whose]).count('id as count')
  return Number(found?.count) < MAX_CLIENTS
}

export class Client extends Model {
  static override readonly tableName = 'oauth_clients'
  static override get jsonAttributes(): string[] {
    return ['jwks']
  }

  /** The `client_id`. */
  declare id: string
  declare name: string
  declare source: ClientSource
  declare redirect_uris: string[]
  declare post_logout_redirect_uris: string[]
  declare backchannel_logout_uri: string | null
  declare grant_types: OAuthGrantType[]
  declare scopes: string[]
  /** With client credentials, or for people where it is first-party. */
  declare roles: string[]
  /** Audiences beside PUBLIC_URL that it may ask tokens for. */
  declare resources: string[]
  /** Audiences that it is the resource server of: it may ask about their tokens. */
  declare introspects: string[]
  declare first_party: boolean
  declare auth_method: ClientAuthMethod
  declare jwks: JSONWebKeySet | null
  declare dpop_required: boolean
  declare secret_hash: string | null
  declare secret_pepper_version: number | null
  declare previous_secret_hash: string | null
  declare previous_pepper_version: number | null
  declare previous_expires_at: Date | null
  declare created_at: Date
  declare updated_at: Date
  declare last_used_at: Date | null

  /** Of the ways in which a client proves itself, these need a secret. */
  get hasSecret(): boolean {
    return this.auth_method === 'CLIENT_SECRET_BASIC' || this.auth_method === 'CLIENT_SECRET_POST'
  }
}

export async function findClient(
  db: Knex,
  id: string,
  lock?: 'update',
): Promise<Client | undefined> {
  const query = Client.query(db).findById(id)
  if (lock === 'update') query.forUpdate()
  return await query
}

/** Recognisable, so that scanners for leaked secrets find it; 256 random bits. */
export function newClientSecret(): string {
  return `scs_${randomBytes(32).toString('base64url')}`
}
