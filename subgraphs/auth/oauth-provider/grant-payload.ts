// A grant as the library knows it.
import type { AdapterPayload } from 'oidc-provider'
import type { Grant } from '../sessions/app-grant.ts'
import { LIBRARY_SCOPES } from './client-metadata.ts'

export function grantPayload(grant: Grant): AdapterPayload {
  const { scopes, resources } = grant
  return {
    jti: grant.id,
    kind: 'Grant',
    accountId: grant.user_id,
    clientId: grant.client_id,
    iat: seconds(grant.created_at),
    exp: seconds(grant.expires_at),
    openid: { scope: ofLibrary(scopes) },
    resources: Object.fromEntries(
      resources.map((resource) => [resource, grant.scopesAt(resource).join(' ')]),
    ),
  } as AdapterPayload
}

function ofLibrary(scopes: readonly string[]): string {
  return LIBRARY_SCOPES.filter((scope) => scopes.includes(scope)).join(' ')
}

function seconds(date: Date): number {
  return Math.floor(date.getTime() / 1000)
}
