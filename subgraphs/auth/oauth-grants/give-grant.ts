// A person lets an app in: the grant, what tells of it, and a mail where the app is new to them.
import type { Knex } from 'knex'
import { recordAudit } from '../core/audit/record.ts'
import type { RequestOrigin } from '../core/caller.ts'
import type { AuthDeps } from '../core/dependencies.ts'
import { emitEvent } from '../core/events/emit.ts'
import { newId } from '../core/identifiers.ts'
import { enqueueMail } from '../core/mail/outbox.ts'
import { plainText } from '../core/mail/plain-text.ts'
import { isProtocolScope } from '../oauth-clients/scopes.ts'
import { Grant } from '../sessions/app-grant.ts'
import { tellAppOfExpiry } from '../sessions/tell-apps.ts'
import type { UserWithRoles } from '../users/user.ts'

export interface AskedGrant {
  readonly user: UserWithRoles
  readonly session: { readonly id: string }
  readonly client: GrantingClient
  /** What the app asked for: all of the scopes at each of the resources. */
  readonly scopes: readonly string[]
  readonly resources: readonly string[]
  /** The one that is widened. Default: a new one. */
  readonly existing?: Grant
}

/** As much of a client as a grant needs to know. */
export interface GrantingClient {
  readonly id: string
  readonly name: string
  readonly scopes: readonly string[]
}

/** Granted ∩ the client's ∩ what the person holds now. */
export function grantableScopes(
  scopes: readonly string[],
  client: Pick<GrantingClient, 'scopes'>,
  user: Pick<UserWithRoles, 'scopes'>,
): string[] {
  return scopes.filter(
    (scope) =>
      client.scopes.includes(scope) && (isProtocolScope(scope) || user.scopes.includes(scope)),
  )
}

export async function giveGrant(
  trx: Knex,
  { config }: Pick<AuthDeps, 'config'>,
  origin: RequestOrigin,
  asked: AskedGrant,
): Promise<Grant> {
  const { user, session, client } = asked
  // As it is now: another request of the same app may have widened it since it was found.
  const existing =
    asked.existing && (await Grant.query(trx).findById(asked.existing.id).forUpdate())
  const given = grantableScopes(asked.scopes, client, user)
  const scopes = [...new Set([...(existing?.scopes ?? []), ...given])]
  const isNewApp = existing === undefined && (await isUnknownApp(trx, user.id, client.id))
  const columns = {
    client_name: client.name,
    scopes,
    resources: [...new Set([...(existing?.resources ?? []), ...asked.resources])],
    scopes_by_resource: JSON.stringify(byResource({ existing, given, asked })),
    offline: scopes.includes('offline_access'),
    expires_at: trx.raw("now() + ? * interval '1 day'", [config.refreshAbsoluteDays]),
  }
  const [row] =
    existing === undefined
      ? await trx('oauth_grants')
          .insert({
            id: newId('grt'),
            user_id: user.id,
            client_id: client.id,
            session_id: session.id,
            ...columns,
          })
          .returning('*')
      : await trx('oauth_grants').where('id', existing.id).update(columns).returning('*')
  const grant = Grant.fromDatabaseJson(row)
  const facts = { grantId: grant.id, clientId: client.id, scopes }
  await recordAudit(trx, origin, {
    action: 'grant.given',
    actor: { kind: 'user', id: user.id },
    userId: user.id,
    sessionId: session.id,
    detail: facts,
  })
  await emitEvent(trx, 'grant.given', user.id, facts)
  await tellAppOfExpiry(trx, grant.id)
  if (isNewApp) await tellOfNewApp(trx, origin, { user, client })
  return grant
}

/** What was let for other resources before stays as it was. */
function byResource({
  existing,
  given,
  asked,
}: {
  readonly existing: Grant | undefined
  readonly given: readonly string[]
  readonly asked: AskedGrant
}): Record<string, readonly string[]> {
  const before = (existing?.resources ?? []).map((resource) => [
    resource,
    existing?.scopesAt(resource) ?? [],
  ])
  const now = asked.resources.map((resource) => [
    resource,
    [...new Set([...(existing?.scopesAt(resource) ?? []), ...given])],
  ])
  return Object.fromEntries([...before, ...now])
}

async function isUnknownApp(trx: Knex, userId: string, clientId: string): Promise<boolean> {
  const known = await trx('oauth_grants')
    .where({ user_id: userId, client_id: clientId })
    .first('id')
  return known === undefined
}

/** Its name was chosen by who registered it: the mail shows it as text alone. */
async function tellOfNewApp(
  trx: Knex,
  origin: RequestOrigin,
  { user, client }: Pick<AskedGrant, 'user' | 'client'>,
): Promise<void> {
  await enqueueMail(trx, {
    template: 'app-connected',
    recipient: user.email,
    data: {
      app: plainText(client.name),
      time: `${new Date().toISOString().slice(0, 16).replace('T', ' ')} UTC`,
      address: origin.ipAddress,
    },
  })
}
