// The sections of `/account`: ways to sign in, e-mail addresses, apps that were let in, sessions.
import { type Html, html, type Piece } from '../../../platform/pages/html.ts'
import { describeAgent } from './describe-agent.ts'
import { button, form } from './fields.ts'
import { type GrantedApp, grantedAccess } from './granted-access.ts'
import type { Visit } from './page.ts'
import type { WaysIn } from './ways-in.ts'

export interface Account {
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
      readonly node: GrantedApp & {
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

/** What a person signs in with here, beside what they add themselves. */
export type Offered = Pick<WaysIn, 'password' | 'providers'>

export function accountSections(visit: Visit, user: Account, offered: Offered): Piece {
  return [
    waysIn(visit, user, offered),
    emails(visit, user),
    apps(visit, user),
    sessions(visit, user),
  ]
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
          ({ id, clientName, createdAt, ...granted }) => html`<li>
          <p><strong>${clientName}</strong></p>
          <p class="hint">${texts.addedOn(dateOf(visit, createdAt))}</p>
          ${grantedAccess(visit, granted)}
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
  return form(visit, visit.passage.to('/account'), [
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
