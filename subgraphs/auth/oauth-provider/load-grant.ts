// The grant that an app's request goes on with, and what is left out of it: scopes that the app or the person does not have now.
// Nobody is asked about those, however often the app names them, and everybody is as soon as there is something to grant.
import type { KoaContextWithOIDC, Provider } from 'oidc-provider'
import { findClient } from '../oauth-clients/client.ts'
import { grantableScopes } from '../oauth-grants/give-grant.ts'
import { findLiveGrant, type Grant } from '../sessions/app-grant.ts'
import { appSessionId } from './app-session-id.ts'
import { findOpenSession } from './bind-session.ts'
import { type AccessRequest, findGrantFor } from './existing-grant.ts'
import type { ProviderParts } from './provider.ts'

type LibraryGrant = InstanceType<Provider['Grant']>

/** @returns undefined: there is none, and the person is asked */
export async function loadGrant(
  { deps, current }: ProviderParts,
  { oidc }: KoaContextWithOIDC,
): Promise<LibraryGrant | undefined> {
  const { client: app, session, params, result, prompts, provider, resourceServers } = oidc
  const origin = current.origin()
  const userId = session?.accountId
  if (app === undefined || session === undefined || userId === undefined) return undefined
  // The app knows this session by a name of its own, which leads nowhere else.
  session.ensureClientContainer(app.clientId)
  session.sidFor(app.clientId, appSessionId(session.uid, app.clientId))
  const present = await findOpenSession(deps.db, { sessionId: session.uid, userId })
  const client = await findClient(deps.db, app.clientId)
  if (present === null || client === undefined || origin === null) return undefined
  const asked: AccessRequest = {
    clientId: client.id,
    redirectUri: params?.redirect_uri as string | undefined,
    scopes: [...oidc.requestParamScopes],
    resources: Object.keys(resourceServers ?? {}),
    wantsConsent: prompts.has('consent'),
  }
  const given = result?.consent?.grantId
  const grant =
    given === undefined
      ? await findGrantFor(deps, origin, present, asked)
      : await findLiveGrant(deps.db, given)
  const loaded = grant && (await provider.Grant.find(grant.id))
  if (!grant || loaded === undefined || loaded === null) return undefined
  const grantable = grantableScopes(asked.scopes, client, present.user)
  loaded.rejected = leftOut(grant, asked, grantable)
  return loaded
}

/** In the library's words: what was dealt with, so that nobody is asked about it again. */
function leftOut(
  grant: Grant,
  { scopes, resources }: AccessRequest,
  grantable: readonly string[],
): NonNullable<LibraryGrant['rejected']> {
  const without = (given: readonly string[]) =>
    scopes.filter((scope) => !grantable.includes(scope) && !given.includes(scope)).join(' ')
  return {
    openid: { scope: without(grant.scopes) },
    resources: Object.fromEntries(
      resources.map((resource) => [resource, without(grant.scopesAt(resource))]),
    ),
  }
}
