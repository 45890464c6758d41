// `/oauth2/end_session`: an app asks that its person be signed out (OpenID Connect RP-Initiated Logout 1.0). A link ends nothing: the
// person is asked, and sent on only to where the app registered.
import { html } from '../../../platform/pages/html.ts'
import { findClient } from '../oauth-clients/client.ts'
import { isRegistered } from '../oauth-clients/redirect-uri.ts'
import { button, form } from '../pages/fields.ts'
import type { Page, PageAnswer, Visit } from '../pages/page.ts'
import { explain } from '../pages/refusals.ts'
import { hasSession, LOGOUT } from '../pages/sign-out.ts'
import type { ServingParts } from './serving.ts'
import { providerTexts } from './texts/texts.ts'

const PATH = '/oauth2/end_session'

export function createLogoutPage(parts: ServingParts): Page {
  return {
    path: PATH,
    needs: [LOGOUT],
    async show(visit) {
      const target = await targetOf(parts, visit)
      if (hasSession(visit)) return ask(visit, target)
      return target === null ? done(visit) : { location: target }
    },
    async act(visit) {
      const target = await targetOf(parts, visit)
      const answer = await visit.ask(LOGOUT, {})
      if ('refusal' in answer) return { ...ask(visit, target), ...explain(visit, answer.refusal) }
      return target === null ? done(visit) : { location: target }
    },
  }
}

function ask(visit: Visit, target: string | null) {
  const texts = providerTexts[visit.language].logout
  return {
    title: texts.title(visit.productName),
    formTargets: target === null ? [] : [formTargetOf(target)],
    content: html`<p>${texts.intro}</p>
      ${form(visit, `${PATH}?${visit.query}`, [button({ text: texts.yes, does: 'logout' })])}`,
  }
}

function done({ language }: Visit): PageAnswer & { readonly title: string } {
  const texts = providerTexts[language].logout
  return { title: texts.done, content: html`<p role="status">${texts.doneText}</p>` }
}

function formTargetOf(target: string): string {
  const { protocol, origin } = new URL(target)
  return protocol === 'https:' || protocol === 'http:' ? origin : protocol
}

/** Where the app wants its person back: registered, and told by the app itself, of this very person. Anything else leads nowhere. */
async function targetOf(parts: ServingParts, { query, person }: Visit): Promise<string | null> {
  const uri = query.get('post_logout_redirect_uri')
  const isRepeated = [...query.keys()].some((key) => query.getAll(key).length > 1)
  if (uri === null || isRepeated) return null
  const clientId = await clientOf(parts, query, person?.userId ?? null)
  const client = clientId === null ? undefined : await findClient(parts.deps.db, clientId)
  if (client === undefined || !isRegistered(uri, client.post_logout_redirect_uris)) return null
  const state = query.get('state')
  if (state === null) return uri
  const target = new URL(uri)
  target.searchParams.set('state', state)
  return target.href
}

async function clientOf(
  { provider }: ServingParts,
  query: URLSearchParams,
  userId: string | null,
): Promise<string | null> {
  const hint = query.get('id_token_hint')
  const named = query.get('client_id')
  if (hint === null) return named
  const said = payloadOf(hint)
  if (said === null || (named !== null && named !== said.aud)) return null
  const { Client, IdToken } = provider()
  const client = await Client.find(said.aud)
  if (client === undefined) return null
  try {
    await IdToken.validate(hint, client)
  } catch {
    return null
  }
  return userId === null || said.sub === userId ? said.aud : null
}

function payloadOf(token: string): { readonly aud: string; readonly sub: string } | null {
  try {
    const [, payload = ''] = token.split('.')
    const { aud, sub } = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'))
    return typeof aud === 'string' && typeof sub === 'string' ? { aud, sub } : null
  } catch {
    return null
  }
}
