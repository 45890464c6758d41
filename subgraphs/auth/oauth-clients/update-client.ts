// Changes an app. Tokens that it has go stale when it may less than before: it refreshes, and gets what is true now.
import type { Knex } from 'knex'
import { type AuditEvent, recordAudit } from '../core/audit/record.ts'
import type { Caller, RequestOrigin } from '../core/caller.ts'
import { transact } from '../core/database.ts'
import type { AuthDeps } from '../core/dependencies.ts'
import { AuthError, badInput } from '../core/errors.ts'
import { emitEvent } from '../core/events/emit.ts'
import { id, type Limits, parseInput } from '../core/input.ts'
import { revoke } from '../core/revoke.ts'
import type { UpdateClientInput } from '../generated.ts'
import type { Admin } from '../roles/require-admin.ts'
import { requireAdmin } from '../roles/require-admin.ts'
import { endGrants } from '../sessions/end-grants.ts'
import { Client, findClient } from './client.ts'
import {
  type ClientShape,
  clientColumns,
  clientLimits,
  requireWholeClient,
} from './client-input.ts'
import { auditOf, withoutNull } from './register-client.ts'
import { requireGivable, requireHighestRank, requireKnownScopes } from './scopes.ts'

const { grantTypes: _, ...changeable } = clientLimits
const limits = {
  id,
  ...changeable,
  grantTypes: clientLimits.grantTypes,
} satisfies Limits<UpdateClientInput>

/** @throws AuthError NOT_FOUND; FORBIDDEN by rank; CONFLICT for one that stands in the file */
export async function updateClient(
  deps: AuthDeps,
  caller: Caller,
  input: UpdateClientInput,
): Promise<Client> {
  const { id, ...wanted } = withoutNull(parseInput(limits, input))
  return await transact(deps.db, async (trx) => {
    const admin = await requireAdmin(trx, caller.claims)
    const before = await requireOwnClient(trx, admin, String(id))
    const shape = { ...shapeOf(before), ...wanted } as ClientShape
    requireWholeClient(shape)
    const needsSecret =
      shape.tokenEndpointAuthMethod === 'CLIENT_SECRET_BASIC' ||
      shape.tokenEndpointAuthMethod === 'CLIENT_SECRET_POST'
    if (needsSecret && before.secret_hash === null) {
      throw badInput('input.tokenEndpointAuthMethod', 'It has no secret: register it anew.')
    }
    const added = shape.scopes.filter((scope) => !before.scopes.includes(scope))
    await requireKnownScopes(trx, deps, added)
    await requireGivable(trx, admin, shape)
    if (shape.firstParty && !before.first_party) await requireHighestRank(trx, admin)
    const { origin } = caller
    const client = await writeClient(trx, before, { shape, origin, actor: admin.by.actor })
    await recordAudit(trx, caller.origin, {
      ...admin.by,
      action: 'client.updated',
      kept: auditOf(client),
    })
    await emitEvent(trx, 'client.updated', client.id, { clientId: client.id })
    return client
  })
}

/**
 * One that this admin may change: nobody touches a client that may what they could not give.
 * @throws AuthError NOT_FOUND, FORBIDDEN, CONFLICT
 */
export async function requireOwnClient(
  trx: Knex,
  admin: Pick<Admin, 'rank'>,
  id: string,
): Promise<Client> {
  const client = await findClient(trx, id, 'update')
  if (client === undefined) throw new AuthError('NOT_FOUND')
  if (client.source === 'FILE') {
    throw new AuthError('CONFLICT', {
      message: 'This client stands in OAUTH_CLIENTS_FILE: change it there.',
    })
  }
  await requireGivable(trx, admin, client)
  if (client.first_party) await requireHighestRank(trx, admin)
  return client
}

/** In the same transaction: what it may no longer do, its tokens do no longer; what people allowed another app is over. */
export async function writeClient(
  trx: Knex,
  before: Client,
  { shape, origin, actor }: WrittenClient,
): Promise<Client> {
  const [row] = await trx('oauth_clients')
    .where('id', before.id)
    .update({ ...clientColumns(shape), updated_at: trx.fn.now() })
    .returning('*')
  const after = Client.fromDatabaseJson(row)
  if (maysLess(before, after)) await revoke(trx, [{ kind: 'client', id: after.id }])
  const reason = whyAskedAnew(before, after)
  if (reason !== null) {
    await endGrants(trx, origin, {
      reason,
      actor,
      which: (query) => query.where('client_id', after.id),
    })
  }
  return after
}

interface WrittenClient {
  readonly shape: ClientShape
  readonly origin: RequestOrigin | null
  readonly actor: AuditEvent['actor']
}

/** Where codes go to another place, or a weaker proof redeems them, it may be another's. */
function whyAskedAnew(before: Client, after: Client): string | null {
  if (after.redirect_uris.some((uri) => !before.redirect_uris.includes(uri))) {
    return 'redirects-changed'
  }
  return STRENGTH[after.auth_method] < STRENGTH[before.auth_method] ? 'method-weakened' : null
}

const STRENGTH: Readonly<Record<Client['auth_method'], number>> = {
  NONE: 0,
  CLIENT_SECRET_BASIC: 1,
  CLIENT_SECRET_POST: 1,
  PRIVATE_KEY_JWT: 2,
}

function maysLess(before: Client, after: Client): boolean {
  const lost = (key: 'scopes' | 'roles' | 'resources' | 'grant_types') =>
    before[key].some((item) => !(after[key] as readonly string[]).includes(item))
  const isCut = lost('scopes') || lost('roles') || lost('resources') || lost('grant_types')
  return isCut || (before.first_party && !after.first_party)
}

export function shapeOf(client: Client): ClientShape {
  return {
    name: client.name,
    redirectUris: client.redirect_uris,
    postLogoutRedirectUris: client.post_logout_redirect_uris,
    backchannelLogoutUri: client.backchannel_logout_uri,
    grantTypes: client.grant_types,
    scopes: client.scopes,
    roles: client.roles,
    resources: client.resources,
    introspects: client.introspects,
    firstParty: client.first_party,
    tokenEndpointAuthMethod: client.auth_method,
    jwks: client.jwks,
    dpopRequired: client.dpop_required,
  }
}
