// An access token of ours that somebody asks about: verified as the gateway does it, and looked up, as the gateway need not.
import { createLocalJwks, JwtError, type StrictJwt, verifyStrictJwt } from '@sallyport/claims/jwt'
import type { Knex } from 'knex'
import type { AuthDeps } from '../core/dependencies.ts'
import { findClient } from '../oauth-clients/client.ts'
import { grantableScopes } from '../oauth-grants/give-grant.ts'
import { findLiveGrant } from '../sessions/app-grant.ts'
import { findUserWithRoles } from '../users/user.ts'

const LONGEST_SECONDS = 3_600

export function looksLikeJwt(text: string): boolean {
  return /^eyJ[\w-]+\.[\w-]+\.[\w-]+$/.test(text)
}

/** @returns null for what is forged, expired, given back, of a grant or a client that is over, or no app's */
export async function verifyOwnToken(
  { db, config, keyring }: Pick<AuthDeps, 'db' | 'config' | 'keyring'>,
  token: string,
): Promise<StrictJwt['payload'] | null> {
  const payload = await verify({ config, keyring }, token)
  if (payload === null) return null
  const { client_id, grant_id, sub } = payload
  const client = await findClient(db, String(client_id))
  if (client === undefined || (await isCut(db, client.id, payload.iat))) return null
  if (grant_id === undefined) {
    const isProgram = sub === undefined || sub === client.id
    return isProgram && !(await isGivenBack(db, String(payload.jti))) ? payload : null
  }
  const grant = await findLiveGrant(db, String(grant_id))
  if (grant === undefined || grant.user_id !== sub || grant.client_id !== client.id) return null
  const user = await findUserWithRoles(db, grant.user_id)
  if (user === undefined || (payload.ver ?? user.token_version) !== user.token_version) return null
  // Tokens for other audiences do not say of which version they are: what the person lost meanwhile is not told as theirs.
  const scopes = grantableScopes(String(payload.scope).split(' '), client, user)
  return { ...payload, scope: scopes.join(' ') }
}

/** Whether the client may do less since then, or everything that was issued before a moment is over. */
async function isCut(db: Knex, clientId: string, issuedAt: unknown): Promise<boolean> {
  const row = await db('revocations')
    .where((query) =>
      query.where({ kind: 'client', ref: clientId }).where('ver', '>=', Number(issuedAt)),
    )
    // Its moment stands in the place of an id.
    .orWhere((query) =>
      query
        .where('kind', 'issued-before')
        .whereRaw("case kind when 'issued-before' then ref::bigint end > ?", [Number(issuedAt)]),
    )
    .first('id')
  return row !== undefined
}

async function isGivenBack(db: Knex, jti: string): Promise<boolean> {
  return (await db('revocations').where({ kind: 'token', ref: jti }).first('id')) !== undefined
}

async function verify(
  { config, keyring }: Pick<AuthDeps, 'config' | 'keyring'>,
  token: string,
): Promise<StrictJwt['payload'] | null> {
  const audience = audienceIn(token)
  if (audience === null) return null
  const keys = await createLocalJwks(keyring.jwks())
  try {
    const { payload } = await verifyStrictJwt(token, {
      typ: 'at+jwt',
      issuer: config.publicUrl,
      audience,
      maxLifetimeSeconds: LONGEST_SECONDS,
      getKey: (kid) => keys.getKey(kid),
    })
    return payload
  } catch (error) {
    if (error instanceof JwtError) return null
    throw error
  }
}

/** Nothing of it is believed: anyone who asks is told of tokens for their own audience alone. */
function audienceIn(token: string): string | null {
  try {
    const [, payload = ''] = token.split('.')
    const { aud } = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'))
    return typeof aud === 'string' && aud !== '' ? aud : null
  } catch {
    return null
  }
}
