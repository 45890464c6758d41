// Registers an app. Its secret is answered once, and stored as a hash.
import { recordAudit } from '../core/audit/record.ts'
import type { Caller } from '../core/caller.ts'
import { transact } from '../core/database.ts'
import type { AuthDeps } from '../core/dependencies.ts'
import { AuthError } from '../core/errors.ts'
import { emitEvent } from '../core/events/emit.ts'
import { newId } from '../core/identifiers.ts'
import { parseInput } from '../core/input.ts'
import type { RegisterClientInput } from '../generated.ts'
import { requireAdmin } from '../roles/require-admin.ts'
import { Client, hasRoomFor, MAX_CLIENTS, newClientSecret } from './client.ts'
import {
  type ClientShape,
  clientColumns,
  clientLimits,
  emptyClient,
  requireWholeClient,
} from './client-input.ts'
import { requireGivable, requireHighestRank, requireKnownScopes } from './scopes.ts'
import { storeSecret } from './secret.ts'

export interface RegisteredClient {
  readonly client: Client
  /** null for one that proves itself otherwise, or not at all. */
  readonly secret: string | null
}

/** @throws AuthError FORBIDDEN for roles and scopes at or above the admin's rank; BAD_USER_INPUT for what does not go together */
export async function registerClient(
  deps: AuthDeps,
  caller: Caller,
  input: RegisterClientInput,
): Promise<RegisteredClient> {
  const wanted = withoutNull(parseInput(clientLimits, input))
  const shape = { ...emptyClient, ...wanted } as ClientShape
  requireWholeClient(shape)
  const method = shape.tokenEndpointAuthMethod
  const secret =
    method === 'CLIENT_SECRET_BASIC' || method === 'CLIENT_SECRET_POST' ? newClientSecret() : null
  return await transact(deps.db, async (trx) => {
    const admin = await requireAdmin(trx, caller.claims)
    await requireKnownScopes(trx, deps, shape.scopes)
    await requireGivable(trx, admin, shape)
    if (shape.firstParty) await requireHighestRank(trx, admin)
    if (!(await hasRoomFor(trx, 'ours'))) {
      throw new AuthError('CONFLICT', { message: `There are ${MAX_CLIENTS} clients already.` })
    }
    const [row] = await trx('oauth_clients')
      .insert({
        id: newId('cli'),
        source: 'API',
        ...clientColumns(shape),
        ...(secret !== null && storeSecret(secret, deps.config.secrets.apiKeyPepper)),
      })
      .returning('*')
    const client = Client.fromDatabaseJson(row)
    await recordAudit(trx, caller.origin, {
      ...admin.by,
      action: 'client.registered',
      kept: auditOf(client),
    })
    await emitEvent(trx, 'client.registered', client.id, { clientId: client.id })
    return { client, secret }
  })
}

/** What stays of it in the audit trail: nothing that leads to a person. */
export function auditOf(client: Client): Readonly<Record<string, unknown>> {
  const { id, grant_types, scopes, roles, resources, first_party, auth_method } = client
  const redirects = client.redirect_uris
  return {
    clientId: id,
    grant_types,
    scopes,
    roles,
    resources,
    first_party,
    auth_method,
    redirects,
  }
}

/** An input's null means absent. */
export function withoutNull<T extends object>(input: T): Partial<T> {
  const set = Object.entries(input).filter(([, value]) => value !== null && value !== undefined)
  return Object.fromEntries(set) as Partial<T>
}
