// A client as the library knows it (RFC 7591).
import type { AllClientMetadata } from 'oidc-provider'
import type { Client } from '../oauth-clients/client.ts'

/** Scopes that the library itself knows; all others are those of a resource. */
export const LIBRARY_SCOPES = ['openid', 'offline_access', 'profile', 'email'] as const

const GRANT_TYPES = {
  AUTHORIZATION_CODE: 'authorization_code',
  REFRESH_TOKEN: 'refresh_token',
  CLIENT_CREDENTIALS: 'client_credentials',
  DEVICE_CODE: 'urn:ietf:params:oauth:grant-type:device_code',
} as const satisfies Record<Client['grant_types'][number], string>

export function metadataOf(client: Client): AllClientMetadata {
  const hasCode = client.grant_types.includes('AUTHORIZATION_CODE')
  const scope = LIBRARY_SCOPES.filter((name) => client.scopes.includes(name)).join(' ')
  return {
    client_id: client.id,
    client_name: client.name,
    application_type: client.redirect_uris.every((uri) => uri.startsWith('https://'))
      ? 'web'
      : 'native',
    redirect_uris: client.redirect_uris,
    response_types: hasCode ? ['code'] : [],
    grant_types: client.grant_types.map((type) => GRANT_TYPES[type]),
    token_endpoint_auth_method: client.auth_method.toLowerCase() as 'none',
    ...(scope !== '' && { scope }),
    ...(client.jwks !== null && { jwks: client.jwks as AllClientMetadata['jwks'] }),
    // It wants to see one; what is compared is the hash (`compareClientSecret`).
    ...(client.hasSecret && { client_secret: `hash ${client.secret_hash}` }),
    ...(client.backchannel_logout_uri !== null && {
      backchannel_logout_uri: client.backchannel_logout_uri,
      backchannel_logout_session_required: true,
    }),
    dpop_bound_access_tokens: client.dpop_required,
  } as AllClientMetadata
}
