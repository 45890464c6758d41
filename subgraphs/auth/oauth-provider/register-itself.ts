// An app registers itself (RFC 7591): off unless OAUTH_REGISTRATION=open. It gets no more than the deployment offers to strangers, is
// never the deployment's own, and goes again where nobody lets it in.
import { recordAudit } from '../core/audit/record.ts'
import type { RequestOrigin } from '../core/caller.ts'
import { transact } from '../core/database.ts'
import type { AuthDeps } from '../core/dependencies.ts'
import { AuthError } from '../core/errors.ts'
import { emitEvent } from '../core/events/emit.ts'
import { newId } from '../core/identifiers.ts'
import { limitNetwork } from '../core/throttling/limit-network.ts'
import { Client, hasRoomFor, newClientSecret } from '../oauth-clients/client.ts'
import { clientColumns } from '../oauth-clients/client-input.ts'
import { auditOf } from '../oauth-clients/register-client.ts'
import { storeSecret } from '../oauth-clients/secret.ts'
import { GRANT_TYPES, readRegistration } from './registration-request.ts'

export interface Registration {
  readonly status: 201 | 400 | 404 | 429 | 503
  readonly body: object
  readonly retryAfterSeconds?: number
}

/** Until registrations that nobody used may have gone. */
const FULL_SECONDS = 3_600

export async function registerItself(
  deps: AuthDeps,
  origin: RequestOrigin,
  sent: string,
): Promise<Registration> {
  const { oauth, secrets } = deps.config
  if (oauth.registration === null) return { status: 404, body: { error: 'not_found' } }
  const shape = readRegistration(sent, oauth.registration.scopes)
  if ('error' in shape) return { status: 400, body: shape }
  try {
    await limitNetwork(deps, 'register-network', origin.ipAddress)
  } catch (error) {
    if (!(error instanceof AuthError && error.code === 'RATE_LIMITED')) throw error
    return unavailable(429, Number(error.extensions.retryAfterSeconds))
  }
  const secret = shape.tokenEndpointAuthMethod === 'NONE' ? null : newClientSecret()
  return await transact(deps.db, async (trx): Promise<Registration> => {
    if (!(await hasRoomFor(trx, 'strangers'))) {
      return unavailable(503, FULL_SECONDS)
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

function unavailable(status: 429 | 503, retryAfterSeconds: number): Registration {
  return { status, body: { error: 'temporarily_unavailable' }, retryAfterSeconds }
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
