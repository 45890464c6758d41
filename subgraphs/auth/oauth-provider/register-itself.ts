// An app registers itself (RFC 7591): off unless OAUTH_REGISTRATION=open. It gets no more than the deployment offers to strangers, is
// never the deployment's own, and goes again where nobody lets it in.
import { z } from 'zod'
import { recordAudit } from '../core/audit/record.ts'
import type { RequestOrigin } from '../core/caller.ts'
import { transact } from '../core/database.ts'
import type { AuthDeps } from '../core/dependencies.ts'
import { AuthError } from '../core/errors.ts'
import { emitEvent } from '../core/events/emit.ts'
import { newId } from '../core/identifiers.ts'
import { limitNetwork } from '../core/throttling/limit-network.ts'
import { Client, hasRoomFor, newClientSecret } from '../oauth-clients/client.ts'
import {
  type ClientShape,
  clientColumns,
  clientLimits,
  emptyClient,
  problemsOfClient,
} from '../oauth-clients/client-input.ts'
import { auditOf } from '../oauth-clients/register-client.ts'
import { storeSecret } from '../oauth-clients/secret.ts'

const GRANT_TYPES = {
  authorization_code: 'AUTHORIZATION_CODE',
  refresh_token: 'REFRESH_TOKEN',
  'urn:ietf:params:oauth:grant-type:device_code': 'DEVICE_CODE',
} as const

const asked = z.object({
  client_name: clientLimits.name.default('An app'),
  redirect_uris: clientLimits.redirectUris.default([]),
  grant_types: z
    .array(z.enum(Object.keys(GRANT_TYPES) as [keyof typeof GRANT_TYPES]))
    .min(1)
    .max(3)
    .default(['authorization_code']),
  response_types: z.array(z.literal('code')).max(1).optional(),
  token_endpoint_auth_method: z
    .enum(['none', 'client_secret_basic', 'client_secret_post'])
    .default('client_secret_basic'),
  scope: z.string().max(1_000).optional(),
})

export type Registration =
  | { readonly status: 201; readonly body: object }
  | { readonly status: 400 | 404 | 429 | 503; readonly body: object }

export async function registerItself(
  deps: AuthDeps,
  origin: RequestOrigin,
  sent: string,
): Promise<Registration> {
  const { oauth, secrets } = deps.config
  if (oauth.registration === null) return { status: 404, body: { error: 'not_found' } }
  const shape = parse(sent, oauth.registration.scopes)
  if (typeof shape === 'string') {
    return { status: 400, body: { error: 'invalid_client_metadata', error_description: shape } }
  }
  try {
    await limitNetwork(deps, 'register-network', origin.ipAddress)
  } catch (error) {
    if (!(error instanceof AuthError && error.code === 'RATE_LIMITED')) throw error
    return { status: 429, body: { error: 'temporarily_unavailable' } }
  }
  const secret = shape.tokenEndpointAuthMethod === 'NONE' ? null : newClientSecret()
  return await transact(deps.db, async (trx): Promise<Registration> => {
    if (!(await hasRoomFor(trx, 'strangers'))) {
      return { status: 503, body: { error: 'temporarily_unavailable' } }
    }
    const [row] = await trx('oauth_clients')
      .insert({
        id: newId('cli'),
        source: 'REGISTRATION',
        ...clientColumns(shape),
        ...(secret !== null && storeSecret(secret, secrets.apiKeyPepper)),
      })
      .returning('*')
    const client = Client.fromDatabaseJson(row)
    await recordAudit(trx, origin, {
      action: 'client.registered',
      actor: { kind: 'anonymous' },
      kept: auditOf(client),
    })
    await emitEvent(trx, 'client.registered', client.id, { clientId: client.id })
    return { status: 201, body: answerOf(client, secret) }
  })
}

/** @returns what is wrong with it */
function parse(sent: string, offered: readonly string[]): ClientShape | string {
  let json: unknown
  try {
    json = JSON.parse(sent)
  } catch {
    return 'the body is not JSON'
  }
  const { data, error } = asked.safeParse(json)
  if (data === undefined) {
    return error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ')
  }
  const grantTypes = data.grant_types.map((type) => GRANT_TYPES[type])
  const wanted = data.scope?.split(' ').filter(Boolean) ?? offered
  const canStay = grantTypes.includes('REFRESH_TOKEN')
  const shape: ClientShape = {
    ...emptyClient,
    name: data.client_name,
    redirectUris: data.redirect_uris,
    grantTypes,
    scopes: offered.filter(
      (scope) => wanted.includes(scope) && (canStay || scope !== 'offline_access'),
    ),
    tokenEndpointAuthMethod: data.token_endpoint_auth_method.toUpperCase() as 'NONE',
  }
  return problemsOfClient(shape)[0]?.message ?? shape
}

function answerOf(client: Client, secret: string | null): object {
  return {
    client_id: client.id,
    client_id_issued_at: Math.floor(client.created_at.getTime() / 1000),
    ...(secret !== null && { client_secret: secret, client_secret_expires_at: 0 }),
    client_name: client.name,
    redirect_uris: client.redirect_uris,
    grant_types: Object.entries(GRANT_TYPES)
      .filter(([, type]) => client.grant_types.includes(type))
      .map(([name]) => name),
    response_types: client.redirect_uris.length > 0 ? ['code'] : [],
    token_endpoint_auth_method: client.auth_method.toLowerCase(),
    scope: client.scopes.join(' '),
  }
}
