// Whether somebody has to be asked: not for what they let this app do in this session, nor by an app of the deployment's own, nor
// again for what they let it do before. Never skipped where another program could answer at the redirect (loopback, schemes).

import type { RequestOrigin } from '../core/caller.ts'
import { transact } from '../core/database.ts'
import type { AuthDeps } from '../core/dependencies.ts'
import { type Client, findClient } from '../oauth-clients/client.ts'
import { giveGrant, grantableScopes } from '../oauth-grants/give-grant.ts'
import { findGrantInSession, type Grant, letsAll, liveGrants } from '../sessions/app-grant.ts'
import { hasFurtherProof } from './ask-further-proof.ts'
import type { AskedAccess } from './asked-access.ts'
import type { Present } from './bind-session.ts'
import { scopesAtResources } from './resources.ts'

export interface AccessRequest extends AskedAccess {
  readonly clientId: string
  readonly redirectUri: string | undefined
  /** The app asks that the person be asked. */
  readonly wantsConsent: boolean
}

export async function findGrantFor(
  deps: AuthDeps,
  origin: RequestOrigin,
  present: Present,
  request: AccessRequest,
): Promise<Grant | null> {
  const { db } = deps
  const client = await findClient(db, request.clientId)
  if (client === undefined) return null
  const asked = { ...request, scopes: scopesAtResources(deps.config, client, request) }
  const { session, user } = present
  const place = { userId: user.id, clientId: client.id, sessionId: session.id }
  const own = (await findGrantInSession(db, place)) ?? null
  const wanted = grantableScopes(asked.scopes, client, user)
  if (own !== null && coversAll(own, { ...asked, scopes: wanted })) return own
  if (asked.wantsConsent) return own
  if (!(await isUnasked(deps, present, { client, asked, wanted }))) return own
  const stays = own?.offline === true || asked.scopes.includes('offline_access')
  if (stays && !(await hasFurtherProof(deps, present))) return own
  return await transact(db, async (trx) => {
    // Another request of the app, at the same moment, may have been given it.
    await trx('users').where('id', user.id).forUpdate().first('id')
    const existing = await findGrantInSession(trx, place)
    return await giveGrant(trx, deps, origin, {
      ...present,
      client,
      ...asked,
      ...(existing && { existing }),
    })
  })
}

function coversAll(grant: Grant, { scopes, resources }: AskedAccess): boolean {
  return resources.every((resource) => {
    const given = grant.scopesAt(resource)
    return grant.resources.includes(resource) && scopes.every((scope) => given.includes(scope))
  })
}

async function isUnasked(
  { db }: Pick<AuthDeps, 'db'>,
  { user }: Present,
  { client, asked, wanted }: AskedOfClient,
): Promise<boolean> {
  if (asked.redirectUri?.startsWith('https://') !== true) return false
  if (client.first_party) return true
  // Beyond the session is asked for each time.
  if (wanted.includes('offline_access')) return false
  const ofPerson = liveGrants(db).where({ 'g.user_id': user.id, 'g.client_id': client.id })
  const [earlier] = await letsAll(ofPerson, { scopes: wanted, resources: asked.resources })
    .select('g.id')
    .limit(1)
  return earlier !== undefined
}

interface AskedOfClient {
  readonly client: Client
  readonly asked: AccessRequest
  /** Of what is asked for, all that can be granted now. */
  readonly wanted: readonly string[]
}
