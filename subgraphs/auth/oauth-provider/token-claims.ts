// What an app's access token says, from the rows as they are now (RFC 9068). Its scopes are the granted ones ∩ the client's ∩ what
// the person holds; roles only where the app is the deployment's own. Audiences of others learn no more than they need.
import type { Knex } from 'knex'
import type { AuthDeps } from '../core/dependencies.ts'
import { type Client, findClient } from '../oauth-clients/client.ts'
import { isProtocolScope } from '../oauth-clients/scopes.ts'
import { grantableScopes } from '../oauth-grants/give-grant.ts'
import { findLiveGrant, type Grant } from '../sessions/app-grant.ts'
import { Session } from '../sessions/session.ts'
import { effectiveClaims } from '../users/custom-claims.ts'
import { findUserWithRoles, type UserWithRoles } from '../users/user.ts'
import { audienceOf } from './resources.ts'

export interface AskedToken {
  readonly audience: string
  readonly scopes: readonly string[]
  readonly clientId: string
}

export interface Proof {
  readonly amr?: readonly string[] | undefined
  readonly acr?: string | undefined
  readonly authTime?: number | undefined
}

export interface TokenClaims {
  readonly scopes: readonly string[]
  readonly claims: Readonly<Record<string, unknown>>
}

/** @param proof How the person had proved who they are when they let the app in. @returns null: the grant is over */
export async function claimsOfApp(
  { db, config }: Pick<AuthDeps, 'db' | 'config'>,
  asked: AskedToken & { readonly grantId: string },
  proof: Proof,
): Promise<TokenClaims | null> {
  const grant = await findLiveGrant(db, asked.grantId)
  const client = await findClient(db, asked.clientId)
  const user = grant && (await findUserWithRoles(db, grant.user_id))
  if (grant === undefined || client === undefined || user === undefined) return null
  const granted = scopesAtAudience(config, client, { grant, audience: asked.audience })
  const scopes = grantableScopes(
    asked.scopes.filter((scope) => granted.includes(scope)),
    client,
    user,
  )
  await db('oauth_grants').where('id', grant.id).update({ last_used_at: db.fn.now() })
  const common = {
    sub: user.id,
    client_id: client.id,
    grant_id: grant.id,
    scope: scopes.join(' '),
  }
  if (asked.audience !== config.publicUrl) return { scopes, claims: common }
  return {
    scopes,
    claims: {
      ...common,
      // Not of a grant for longer: that one goes on when the session has ended.
      ...(!grant.offline && { sid: grant.session_id }),
      ver: user.token_version,
      email_verified: user.email_verified,
      ...(await proofOf(db, grant, proof)),
      ...ofOwnApp(client, user),
    },
  }
}

/** One audience may have been asked for in several spellings. */
function scopesAtAudience(
  config: AuthDeps['config'],
  client: Client,
  { grant, audience }: { readonly grant: Grant; readonly audience: string },
): string[] {
  return grant.resources
    .filter((resource) => audienceOf(config, client, resource) === audience)
    .flatMap((resource) => grant.scopesAt(resource))
}

async function proofOf(db: Knex, grant: Grant, proof: Proof): Promise<Record<string, unknown>> {
  const session = grant.offline ? undefined : await Session.query(db).findById(grant.session_id)
  if (session === undefined) {
    return {
      ...(proof.amr && { amr: proof.amr }),
      ...(proof.acr && { acr: proof.acr }),
      ...(proof.authTime !== undefined && { auth_time: proof.authTime }),
    }
  }
  return {
    amr: session.authentication_methods,
    acr: session.acr,
    auth_time: Math.floor(session.authenticated_at.getTime() / 1000),
    ...(session.mfaTime !== null && { mfa_time: session.mfaTime }),
  }
}

function ofOwnApp(client: Client, user: UserWithRoles): Record<string, unknown> {
  if (!client.first_party) return {}
  const custom = effectiveClaims(user)
  return {
    roles: user.roles.filter((role) => client.roles.includes(role)),
    ...(Object.keys(custom).length > 0 && { custom }),
  }
}

/** A program that acts for itself: what it was given, or less where it asks for less. No person, and no `sub` of ours. */
export async function claimsOfClient(
  { db, config }: Pick<AuthDeps, 'db' | 'config'>,
  asked: Omit<AskedToken, 'scopes'> & { readonly scopes: readonly string[] | null },
): Promise<TokenClaims | null> {
  const client = await findClient(db, asked.clientId)
  if (client === undefined) return null
  const given = client.scopes.filter((scope) => !isProtocolScope(scope))
  const scopes = asked.scopes?.filter((scope) => given.includes(scope)) ?? given
  const claims = { client_id: client.id, scope: scopes.join(' ') }
  const isOurs = asked.audience === config.publicUrl
  return {
    scopes,
    claims: isOurs ? { ...claims, roles: client.roles } : { ...claims, sub: client.id },
  }
}
