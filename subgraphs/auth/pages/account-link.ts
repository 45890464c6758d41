// `/account/link`: links an account at another service to one's own. The person goes there, and comes back by the same address as those who
// sign in (provider.ts), where the session that began it takes the answer.
import { html, type Piece } from '../../../platform/pages/html.ts'
import type { AuthConfig } from '../config.ts'
import { callbackOf } from '../factors/provider/flow.ts'
import type { ProviderSettings } from '../factors/provider/protocol.ts'
import { button, form, links } from './fields.ts'
import { operation, type Refusal } from './operation.ts'
import { detour, ownPage } from './own.ts'
import type { Page, PageAnswer, Visit } from './page.ts'
import { clearedProviderCookie, providerCookie } from './provider-cookie.ts'
import { explainAnswer } from './provider-refusals.ts'
import { type Explained, explainConflict } from './refusals.ts'

const LINK = operation<
  { linkIdentity: { readonly verificationId: string; readonly url: string } },
  { readonly input: { readonly provider: string; readonly returnTo: string } }
>(
  'mutation PageLinkIdentity($input: LinkIdentityInput!) { linkIdentity(input: $input) { verificationId url } }',
)
export const CONFIRM_IDENTITY = operation<
  unknown,
  { readonly input: { readonly verificationId: string; readonly providerAnswer: string } }
>(
  'mutation PageConfirmIdentity($input: ConfirmIdentityInput!) { confirmIdentity(input: $input) { id } }',
)

type Named = Pick<ProviderSettings, 'id' | 'name'>

const PATH = '/account/link'

export function accountLink(
  config: Pick<AuthConfig, 'publicUrl'>,
  providers: readonly Named[],
): Page {
  return ownPage({
    path: PATH,
    needs: [LINK, CONFIRM_IDENTITY],
    show: async (visit) => choose(visit, providers),
    async act(visit) {
      const provider = providers.find(({ id }) => id === visit.form.get('provider'))
      if (provider === undefined) return choose(visit, providers)
      const { id, name } = provider
      const input = { provider: id, returnTo: callbackOf(config, id) }
      const answer = await visit.ask(LINK, { input })
      if ('refusal' in answer) {
        const explained = explainBeginning(visit, { name, refusal: answer.refusal })
        return detour(visit, PATH, answer.refusal) ?? choose(visit, providers, explained)
      }
      const { verificationId, url } = answer.data.linkIdentity
      const text = visit.texts.provider.continueWith(name)
      return {
        title: text,
        cookies: [providerCookie({ id: verificationId, provider: id, query: '', isLink: true })],
        content: html`<meta http-equiv="refresh" content="0;url=${url}">
          <p><a class="button" href="${url}">${text}</a></p>`,
      }
    },
  })
}

/** What the provider answered; the flow is used up, whatever comes of it. */
export async function takeLink(
  visit: Visit,
  of: { readonly name: string; readonly verificationId: string; readonly providerAnswer: string },
): Promise<PageAnswer> {
  const { name, ...input } = of
  const cookies = [clearedProviderCookie()]
  const answer = await visit.ask(CONFIRM_IDENTITY, { input })
  if ('data' in answer) return { location: '/account?done=link', cookies }
  const away = detour(visit, PATH, answer.refusal)
  if (away !== null) return { ...away, cookies }
  const { texts } = visit
  return {
    title: texts.account.link,
    ...(answer.refusal.code === 'CONFLICT'
      ? explainConflict(visit, answer.refusal, texts.provider.taken(name))
      : explainAnswer(visit, { name, refusal: answer.refusal })),
    cookies,
    content: html`<p><a class="button" href="${PATH}">${texts.verify.startAgain}</a></p>`,
  }
}

function explainBeginning(
  visit: Visit,
  { name, refusal }: { readonly name: string; readonly refusal: Refusal },
): Explained {
  const { provider } = visit.texts
  const explained = explainConflict(visit, refusal, provider.tooMany)
  return refusal.code === 'SERVICE_UNAVAILABLE'
    ? { ...explained, problems: [{ text: provider.away(name) }] }
    : explained
}

function choose(visit: Visit, providers: readonly Named[], explained?: Explained): PageAnswer {
  const { texts, passage } = visit
  const begin = ({ id, name }: Named): Piece =>
    form(visit, passage.to(PATH), [
      html`<input type="hidden" name="provider" value="${id}">`,
      button({ text: texts.provider.continueWith(name), isPlain: true }),
    ])
  return {
    title: texts.account.link,
    ...explained,
    content: html`<p>${texts.account.linkIntro}</p>
      ${providers.map(begin)}
      ${links([{ href: passage.to('/account'), text: texts.cancel }])}`,
  }
}
