// `/account`: what somebody who is signed in has: ways to sign in, e-mail addresses, sessions. Each button is a form of its own.

import { type Html, html, type Piece } from '../../../platform/pages/html.ts'
import { describeAgent } from './describe-agent.ts'
import { button, form } from './fields.ts'
import { type Operation, operation, type Refusal } from './operation.ts'
import { detour, ownPage } from './own.ts'
import type { PageAnswer, Visit } from './page.ts'
import { passkeySignals } from './passkeys.ts'
import { explain } from './refusals.ts'
import type { WaysIn } from './ways-in.ts'

interface Account {
  readonly email: string
  readonly emails: readonly { id: string; email: string; primary: boolean }[]
  readonly factors: readonly { id: string; kind: string; name: string | null; createdAt: string }[]
  readonly recoveryCodesLeft: number
  readonly linkedIdentities: readonly {
    id: string
    provider: string
    email: string | null
    createdAt: string
  }[]
  readonly grants: {
    readonly edges: readonly {
      readonly node: {
        id: string
        clientName: string
        createdAt: string
        revokedAt: string | null
      }
    }[]
  }
  readonly sessions: {
    readonly edges: readonly {
      readonly node: {
        id: string
        status: string
        current: boolean
        device: string | null
        userAgent: string | null
        ipAddress: string | null
        lastUsedAt: string
      }
    }[]
  }
}

type Offered = Pick<WaysIn, 'password' | 'providers'>

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
    grants(last: 100) { edges { node { id clientName createdAt revokedAt } } }
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
    const [action, name] = ACTIONS[does] ?? []
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
  const done = refusal === undefined ? texts.account.done[query.get('done') ?? ''] : undefined
  return {
    title: texts.account.title,
    isWide: true,
    ...(refusal !== undefined && explain(visit, refusal)),
    content: html`${done ? html`<p id="done" role="status">${done}</p>` : null}
      <p>${texts.signIn.signedInAs(user.email)} <a href="/sign-out">${texts.signOut.title}</a></p>
      ${waysIn(visit, user, answer.data.signInMethods)}
      ${emails(visit, user)}
      ${apps(visit, user)}
      ${sessions(visit, user)}
      ${await signals(visit)}`,
  }
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

function waysIn(
  visit: Visit,
  { factors, recoveryCodesLeft, linkedIdentities }: Account,
  offered: Offered,
): Html {
  const { account: texts } = visit.texts
  return html`<section aria-labelledby="ways-in">
      <h2 id="ways-in">${texts.waysIn}</h2>
      <ul class="list">
        ${
          offered.password
            ? html`<li><p><strong>${visit.texts.password}</strong></p>
          <p><a href="/account/password">${texts.changePassword}</a></p></li>`
            : null
        }
        ${factors.map(
          ({ id, kind, name, createdAt }) => html`<li>
          <p><strong>${name ?? texts.kinds[kind] ?? kind}</strong></p>
          <p class="hint">${texts.addedOn(dateOf(visit, createdAt))}</p>
          ${act(visit, { does: 'remove-factor', id, text: texts.remove, what: name ?? texts.kinds[kind] ?? kind })}
        </li>`,
        )}
        ${linkedIdentities.map(
          ({ id, provider, email, createdAt }) => html`<li>
          <p><strong>${nameOf(provider, offered)}</strong>${email === null ? null : html` (${email})`}</p>
          <p class="hint">${texts.addedOn(dateOf(visit, createdAt))}</p>
          ${act(visit, { does: 'unlink', id, text: texts.remove, what: nameOf(provider, offered) })}
        </li>`,
        )}
        ${whatCanBeAdded(visit, offered)}
        ${
          factors.length === 0
            ? null
            : html`<li><p><strong>${texts.recoveryCodes}</strong></p>
          <p class="hint">${texts.codesLeft(recoveryCodesLeft)}</p>
          <p><a href="/account/recovery-codes">${texts.newCodes}</a></p></li>`
        }
      </ul>
    </section>`
}

/** Nothing where the settings let nobody add anything. */
function whatCanBeAdded({ texts, addable }: Visit, { providers }: Offered): Piece {
  const places = [
    ...(addable.app ? [{ href: '/account/app', text: texts.account.addApp }] : []),
    ...(addable.passkey ? [{ href: '/account/passkey', text: texts.passkey.add }] : []),
    ...(providers.length > 0 ? [{ href: '/account/link', text: texts.account.link }] : []),
  ]
  if (places.length === 0) return null
  return html`<li>${places.map(({ href, text }) => html`<p><a href="${href}">${text}</a></p>`)}</li>`
}

/** One that is gone from the settings has its id alone. */
function nameOf(provider: string, { providers }: Offered): string {
  return providers.find(({ id }) => id === provider)?.name ?? provider
}

function emails(visit: Visit, { emails: all }: Account): Html {
  const { account: texts } = visit.texts
  return html`<section aria-labelledby="emails">
      <h2 id="emails">${texts.emails}</h2>
      <ul class="list">
        ${all.map(
          ({ id, email, primary }) => html`<li>
          <p><strong>${email}</strong></p>
          ${
            primary
              ? html`<p class="hint">${texts.primary}</p>`
              : [
                  act(visit, { does: 'set-primary', id, text: texts.makePrimary, what: email }),
                  act(visit, { does: 'remove-email', id, text: texts.remove, what: email }),
                ]
          }
        </li>`,
        )}
        <li><p><a href="/account/email">${texts.addEmail}</a></p></li>
      </ul>
    </section>`
}

/** Nothing where no app was let in. */
function apps(visit: Visit, { grants: { edges } }: Account): Piece {
  const { account: texts } = visit.texts
  const open = edges.map(({ node }) => node).filter(({ revokedAt }) => revokedAt === null)
  if (open.length === 0) return null
  return html`<section aria-labelledby="apps">
      <h2 id="apps">${texts.apps}</h2>
      <ul class="list">
        ${open.map(
          ({ id, clientName, createdAt }) => html`<li>
          <p><strong>${clientName}</strong></p>
          <p class="hint">${texts.addedOn(dateOf(visit, createdAt))}</p>
          ${act(visit, { does: 'revoke-grant', id, text: texts.endGrant, what: clientName })}
        </li>`,
        )}
      </ul>
    </section>`
}

function sessions(visit: Visit, { sessions: { edges } }: Account): Html {
  const { account: texts } = visit.texts
  const open = edges
    .map(({ node }) => node)
    .filter(({ status }) => status === 'ACTIVE')
    .reverse()
  return html`<section aria-labelledby="sessions">
      <h2 id="sessions">${texts.sessions}</h2>
      <ul class="list">
        ${open.map(({ id, current, device, userAgent, ipAddress, lastUsedAt }) => {
          const what = device ?? describeAgent(userAgent) ?? texts.unknownDevice
          return html`<li>
          <p><strong>${what}</strong>${current ? html` (${texts.thisOne})` : null}</p>
          <p class="hint">${[ipAddress, texts.lastUsed(dateOf(visit, lastUsedAt))].filter(Boolean).join(' · ')}</p>
          ${current ? null : act(visit, { does: 'end-session', id, text: texts.endSession, what })}
        </li>`
        })}
      </ul>
      ${open.length > 1 ? act(visit, { does: 'end-others', id: '', text: texts.endOthers, what: '' }) : null}
    </section>`
}

function act(
  visit: Visit,
  { does, id, text, what }: { does: string; id: string; text: string; what: string },
): Piece {
  return form(visit, visit.passage.to(PATH), [
    html`<input type="hidden" name="id" value="${id}">`,
    button({ text, does, isPlain: true, ...(what && { about: what }) }),
  ])
}

function dateOf({ language }: Visit, time: string): string {
  return new Intl.DateTimeFormat(language, {
    dateStyle: 'medium',
    timeStyle: 'short',
    timeZone: 'UTC',
  })
    .format(new Date(time))
    .concat(' UTC')
}
