// Audiences that tokens may have (RFC 8707): this deployment, and those that are listed.
import type { AuthConfig } from '../config.ts'
import type { Client } from '../oauth-clients/client.ts'
import { isGraph, isGraphScope, isProtocolScope } from '../oauth-clients/scopes.ts'
import type { AskedAccess } from './asked-access.ts'

type Settings = Pick<AuthConfig, 'publicUrl' | 'accessTokenSeconds' | 'oauth'>

/** What a client may ask for as a resource, as it writes it. @returns the audience; null: none of ours */
export function audienceOf(
  { publicUrl, oauth }: Pick<AuthConfig, 'publicUrl' | 'oauth'>,
  client: Pick<Client, 'resources'>,
  resource: string,
): string | null {
  if (isGraph(publicUrl, resource)) return publicUrl
  const listed = [...oauth.resources, ...client.resources]
  return listed.includes(resource) ? resource : null
}

/** What a token for that audience may hold: the graph's own scopes are for the graph alone. */
function scopesFor(
  { publicUrl }: Pick<AuthConfig, 'publicUrl'>,
  client: Pick<Client, 'scopes'>,
  audience: string,
): string[] {
  if (audience === publicUrl) return client.scopes.filter((scope) => scope !== 'offline_access')
  return client.scopes.filter((scope) => !isProtocolScope(scope))
}

/** Of what an app asks for, what is of use at these resources. What it is told of the person is not theirs: that goes with any. */
export function scopesAtResources(
  config: Pick<AuthConfig, 'publicUrl' | 'oauth'>,
  client: Pick<Client, 'resources'>,
  { scopes, resources }: AskedAccess,
): string[] {
  const isForGraph = resources.some(
    (resource) => audienceOf(config, client, resource) === config.publicUrl,
  )
  return scopes.filter((scope) => isForGraph || !isGraphScope(scope))
}

export function resourceServer(settings: Settings, client: Client, audience: string) {
  return {
    scope: scopesFor(settings, client, audience).join(' '),
    audience,
    accessTokenFormat: 'jwt' as const,
    accessTokenTTL: settings.accessTokenSeconds,
    jwt: { sign: { alg: 'ES256' as const } },
  }
}
