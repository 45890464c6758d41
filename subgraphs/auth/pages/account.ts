// `/account`: what somebody who is signed in has, and what its buttons do. Each button is a form of its own.
import { html, type Piece } from '../../../platform/pages/html.ts'
import { type Account, accountSections, type Offered } from './account-sections.ts'
import { type Operation, operation, type Refusal } from './operation.ts'
import { detour, ownPage } from './own.ts'
import type { PageAnswer, Visit } from './page.ts'
import { passkeySignals } from './passkeys.ts'
import { explain } from './refusals.ts'

interface PasskeySignals {
  readonly rpId: string
  readonly userId: string
  readonly allAcceptedCredentialIds: readonly string[]
  readonly name: string
  readonly displayName: string
}

type ById = { readonly input: Readonly<Record<string, string>> }

const ACCOUNT = operation<{
  viewer: { readonly user: Account | null } | null
  signInMethods: Offered
}>(
  `query PageAccount { signInMethods { password providers { id name } } viewer { user {
    email
    emails { id email primary }
    factors { id kind name createdAt }
    recoveryCodesLeft
    linkedIdentities { id provider email createdAt }
    grants(last: 100) { edges { node { id clientName access { resource scopes } offline createdAt revokedAt } } }
    sessions(last: 100) { edges { node { id status current device userAgent ipAddress lastUsedAt } } }
  } } }`,
)
const SIGNALS = operation<{
  viewer: { readonly user: { readonly passkeySignals: PasskeySignals | null } | null } | null
}>(
  `query PagePasskeySignals { viewer { user { passkeySignals {
    rpId userId allAcceptedCredentialIds name displayName
  } } } }`,
)
const REMOVE_FACTOR = operation<unknown, ById>(
  'mutation PageRemoveFactor($input: RemoveFactorInput!) { removeFactor(input: $input) { id } }',
)
const SET_PRIMARY = operation<unknown, ById>(
  'mutation PageSetPrimaryEmail($input: SetPrimaryEmailInput!) { setPrimaryEmail(input: $input) { id } }',
)
const REMOVE_EMAIL = operation<unknown, ById>(
  'mutation PageRemoveEmail($input: RemoveEmailInput!) { removeEmail(input: $input) { id } }',
)
const REVOKE_SESSION = operation<unknown, ById>(
  'mutation PageRevokeSession($input: RevokeSessionInput!) { revokeSession(input: $input) { id } }',
)
const UNLINK = operation<unknown, ById>(
  'mutation PageUnlinkIdentity($input: UnlinkIdentityInput!) { unlinkIdentity(input: $input) { id } }',
)
const REVOKE_GRANT = operation<unknown, ById>(
  'mutation PageRevokeGrant($input: RevokeGrantInput!) { revokeGrant(input: $input) { id } }',
)
const LOGOUT_OTHERS = operation<unknown, ById>(
  'mutation PageLogoutOthers($input: LogoutInput!) { logout(input: $input) { revokedSessionIds } }',
)

/** By the value of the button: what it does, and what the input calls the thing. */
const ACTIONS: Readonly<Record<string, readonly [Operation<unknown, ById>, string]>> = {
  'remove-factor': [REMOVE_FACTOR, 'factorId'],
  unlink: [UNLINK, 'identityId'],
  'revoke-grant': [REVOKE_GRANT, 'id'],
  'set-primary': [SET_PRIMARY, 'id'],
  'remove-email': [REMOVE_EMAIL, 'id'],
  'end-session': [REVOKE_SESSION, 'sessionId'],
  'end-others': [LOGOUT_OTHERS, 'scope'],
}

const PATH = '/account'

export const account = ownPage({
  path: PATH,
  needs: [
    ACCOUNT,
    REMOVE_FACTOR,
    SET_PRIMARY,
    REMOVE_EMAIL,
    REVOKE_SESSION,
    LOGOUT_OTHERS,
    UNLINK,
    REVOKE_GRANT,
  ],
  uses: [SIGNALS],
  show: async (visit) => await overview(visit),
  async act(visit) {
    const does = visit.form.get('do') ?? ''
    const [action, name] = ownOf(ACTIONS, does) ?? []
    if (action === undefined || name === undefined) return { location: visit.passage.to(PATH) }
    const value = does === 'end-others' ? 'OTHERS' : (visit.form.get('id') ?? '')
    const answer = await visit.ask(action, { input: { [name]: value } })
    if ('data' in answer) return { location: visit.passage.to(PATH, { done: does }) }
    return detour(visit, PATH, answer.refusal) ?? (await overview(visit, answer.refusal))
  },
})

async function overview(visit: Visit, refusal?: Refusal): Promise<PageAnswer> {
  const { texts, query } = visit
  const answer = await visit.ask(ACCOUNT, {})
  if ('refusal' in answer) {
    const away = detour(visit, PATH, answer.refusal)
    return (
      away ?? { title: texts.account.title, content: html``, ...explain(visit, answer.refusal) }
    )
  }
  const user = answer.data.viewer?.user
  if (!user) return { location: visit.passage.to('/sign-in') }
  const done =
    refusal === undefined ? ownOf(texts.account.done, query.get('done') ?? '') : undefined
  return {
    title: texts.account.title,
    isWide: true,
    ...(refusal !== undefined && explain(visit, refusal)),
    content: html`${done ? html`<p id="done" role="status">${done}</p>` : null}
      <p>${texts.signIn.signedInAs(user.email)} <a href="/sign-out">${texts.signOut.title}</a></p>
      ${accountSections(visit, user, answer.data.signInMethods)}
      ${await signals(visit)}`,
  }
}

/** What a form or a link names may be anything, `constructor` too. */
function ownOf<T>(table: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined
}

/** Password managers hear here which passkeys there are: after a change, and whenever somebody looks. */
async function signals(visit: Visit): Promise<Piece> {
  const answer = await visit.ask(SIGNALS, {})
  const told = 'data' in answer ? answer.data.viewer?.user?.passkeySignals : null
  if (!told) return null
  const { rpId, userId, allAcceptedCredentialIds, name, displayName } = told
  return passkeySignals({
    signalAllAcceptedCredentials: { rpId, userId, allAcceptedCredentialIds },
    signalCurrentUserDetails: { rpId, userId, name, displayName },
  })
}
