// Clients whose id is the address of a document about themselves (draft-ietf-oauth-client-id-metadata-document): off unless
// OAUTH_METADATA_DOCUMENTS=on. Fetched for somebody who is signed in alone, kept for an hour, and never the deployment's own.
import type { Knex } from 'knex'
import { z } from 'zod'
import { recordAudit } from '../core/audit/record.ts'
import { transact } from '../core/database.ts'
import type { AuthDeps } from '../core/dependencies.ts'
import { AuthError } from '../core/errors.ts'
import { emitEvent } from '../core/events/emit.ts'
import { limitNetwork } from '../core/throttling/limit-network.ts'
import { Client, findClient, hasRoomFor } from '../oauth-clients/client.ts'
import {
  type ClientShape,
  clientColumns,
  clientLimits,
  emptyClient,
  problemsOfClient,
} from '../oauth-clients/client-input.ts'
import { auditOf } from '../oauth-clients/register-client.ts'
import { endGrants } from '../sessions/end-grants.ts'
import type { CurrentRequest } from './current-request.ts'

const KEPT_MS = 3_600_000
const MAX_LENGTH = 300

const document = z.object({
  client_id: z.string(),
  client_name: clientLimits.name.default('An app'),
  redirect_uris: clientLimits.redirectUris.min(1),
  token_endpoint_auth_method: z.literal('none').default('none'),
  grant_types: z.array(z.string()).max(10).default(['authorization_code']),
  scope: z.string().max(1_000).optional(),
})

export interface DocumentParts {
  readonly deps: AuthDeps
  readonly current: CurrentRequest
  readonly fetch: typeof fetch
}

/** An https address with a path, in its one spelling: nothing that two could read in two ways. */
export function isDocumentId(id: string): boolean {
  if (!id.startsWith('https://') || id.length > MAX_LENGTH || !URL.canParse(id)) return false
  const { href, pathname, search, hash, username, password } = new URL(id)
  const isPlain = search === '' && hash === '' && username === '' && password === ''
  return href === id && pathname !== '/' && isPlain
}

/** @returns the client as its document says it now, or said it within the hour; undefined: none */
export async function findDocumentClient(
  parts: DocumentParts,
  id: string,
): Promise<Client | undefined> {
  const { deps, current } = parts
  if (!deps.config.oauth.metadataDocuments || !isDocumentId(id)) return undefined
  const known = await findClient(deps.db, id)
  const isFresh = known !== undefined && Date.now() - known.updated_at.getTime() < KEPT_MS
  // Nobody makes us fetch anything who has not signed in: what we know serves them, or nothing does.
  if (isFresh || current.get()?.isSignedIn !== true) return known
  if (known === undefined && !(await isWelcome(deps, id))) return undefined
  if (!(await mayFetch(parts))) return known
  const shape = await fetchDocument(parts, id)
  return shape === null ? known : await keep(parts, { id, shape, known })
}

/** Not one that an admin deleted, and none for which there is no room. */
async function isWelcome({ db }: Pick<AuthDeps, 'db'>, id: string): Promise<boolean> {
  return !(await isRefused(db, id)) && (await hasRoomFor(db, 'strangers'))
}

async function isRefused(db: Knex, id: string): Promise<boolean> {
  return (
    (await db('oauth_refused_documents').where('client_id', id).first('client_id')) !== undefined
  )
}

/** Over the limit, what we know goes on to serve. */
async function mayFetch({ deps, current }: DocumentParts): Promise<boolean> {
  try {
    await limitNetwork(deps, 'client-document-network', current.origin()?.ipAddress ?? null)
    return true
  } catch (error) {
    if (error instanceof AuthError && error.code === 'RATE_LIMITED') return false
    throw error
  }
}

async function fetchDocument(parts: DocumentParts, id: string): Promise<ClientShape | null> {
  try {
    const response = await parts.fetch(id, { headers: { accept: 'application/json' } })
    if (response.status !== 200) return null
    const { data } = document.safeParse(await response.json())
    if (data?.client_id !== id) return null
    const offered = parts.deps.config.oauth.strangerScopes
    const wanted = data.scope?.split(' ').filter(Boolean) ?? offered
    const canStay = data.grant_types.includes('refresh_token')
    const shape: ClientShape = {
      ...emptyClient,
      name: data.client_name,
      redirectUris: data.redirect_uris,
      grantTypes: ['AUTHORIZATION_CODE', ...(canStay ? (['REFRESH_TOKEN'] as const) : [])],
      scopes: offered.filter(
        (scope) => wanted.includes(scope) && (canStay || scope !== 'offline_access'),
      ),
      tokenEndpointAuthMethod: 'NONE',
    }
    return problemsOfClient(shape).length === 0 ? shape : null
  } catch (error) {
    parts.deps.log.info({ err: error, clientId: id }, 'a client’s document could not be read')
    return null
  }
}

/** With other redirects it may be another's: what people allowed is over, and they are asked anew. */
async function keep(
  { deps, current }: DocumentParts,
  of: { readonly id: string; readonly shape: ClientShape; readonly known: Client | undefined },
): Promise<Client | undefined> {
  const { id, shape, known } = of
  return await transact(deps.db, async (trx) => {
    const columns = { ...clientColumns(shape), updated_at: trx.fn.now() }
    const [row] = await trx('oauth_clients')
      .insert({ id, source: 'DOCUMENT', ...columns })
      .onConflict('id')
      .merge(columns)
      .returning('*')
    // Deleted by an admin while its document was on its way.
    if (await isRefused(trx, id)) {
      await trx('oauth_clients').where({ id, source: 'DOCUMENT' }).delete()
      return undefined
    }
    const client = Client.fromDatabaseJson(row)
    const hasMoved =
      known !== undefined &&
      JSON.stringify(known.redirect_uris) !== JSON.stringify(client.redirect_uris)
    if (hasMoved) {
      await endGrants(trx, current.origin(), {
        reason: 'redirects-changed',
        actor: { kind: 'client', id },
        which: (query) => query.where('client_id', id),
      })
    }
    if (known === undefined || hasMoved) {
      await recordAudit(trx, current.origin(), {
        action: known === undefined ? 'client.registered' : 'client.updated',
        actor: { kind: 'client', id },
        kept: auditOf(client),
      })
      const type = known === undefined ? 'client.registered' : 'client.updated'
      await emitEvent(trx, type, id, { clientId: id })
    }
    return client
  })
}
