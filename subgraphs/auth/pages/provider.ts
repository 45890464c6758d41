// `/sign-in/<provider>` and its callback. A link begins nothing and takes nothing: both are forms, which send themselves. From here
// the person is led on by a page and not by a redirect of the form, whose policy would have to name every host of the provider.
import { html } from '../../../platform/pages/html.ts'
import type { AuthConfig } from '../config.ts'
import { callbackOf } from '../factors/provider/flow.ts'
import type { ProviderSettings } from '../factors/provider/protocol.ts'
import { accountLink, CONFIRM_IDENTITY, takeLink } from './account-link.ts'
import { goOn, type SignInResult, VERIFICATION } from './begun.ts'
import { clearedChallengeCookie } from './challenge-cookie.ts'
import { button, form } from './fields.ts'
import { operation, type Refusal } from './operation.ts'
import type { Page, PageAnswer, Visit } from './page.ts'
import { type Passage, readPassage } from './passage.ts'
import { clearedProviderCookie, providerCookie, readProviderTrip } from './provider-cookie.ts'
import { explainAnswer } from './provider-refusals.ts'

const START = operation<
  { startProviderLogin: { readonly verificationId: string; readonly url: string } },
  { readonly input: Readonly<Record<string, string>> }
>(
  `mutation PageStartProvider($input: StartProviderLoginInput!) {
    startProviderLogin(input: $input) { verificationId url }
  }`,
  'nobody',
)
const ANSWER = operation<
  { verifySession: SignInResult },
  { readonly input: { verificationId: string; providerAnswer: string } }
>(
  `mutation PageProviderAnswer($input: VerifySessionInput!) {
    verifySession(input: $input) { __typename ${VERIFICATION} }
  }`,
  'nobody',
)

type Config = Pick<AuthConfig, 'publicUrl' | 'returnTo' | 'brand' | 'passkeyOffer'>
type Named = Pick<ProviderSettings, 'id' | 'name'>

export function providerPages(
  config: Config,
  providers: readonly { readonly settings: Named }[],
): Page[] {
  if (providers.length === 0) return []
  const pages = providers.flatMap(({ settings }) => [
    begin(config, settings),
    callback(config, settings),
  ])
  const named = providers.map(({ settings }) => settings)
  return [accountLink(config, named), ...pages]
}

function begin(config: Config, { id, name }: Named): Page {
  const path = `/sign-in/${id}`
  const ask = (visit: Visit, refusal?: Refusal): PageAnswer => ({
    title: visit.texts.provider.continueWith(name),
    ...(refusal && explainAnswer(visit, { name, refusal })),
    content: html`${refusal === undefined ? html`<div data-send>${sending(visit)}</div>` : sending(visit)}
      <p><a href="${visit.passage.to('/sign-in', { again: '1' })}">${visit.texts.backToSignIn}</a></p>`,
  })
  const sending = (visit: Visit) =>
    form(visit, visit.passage.to(path), [button({ text: visit.texts.provider.continueWith(name) })])
  return {
    path,
    needs: [START, ANSWER],
    show: async (visit) => ask(visit),
    async act(visit) {
      const input = { provider: id, delivery: 'COOKIE', returnTo: callbackOf(config, id) }
      const answer = await visit.ask(START, { input })
      if ('refusal' in answer) return ask(visit, answer.refusal)
      const { verificationId, url } = answer.data.startProviderLogin
      const query = visit.query.toString().slice(0, 2048)
      return {
        title: visit.texts.provider.continueWith(name),
        cookies: [providerCookie({ id: verificationId, provider: id, query })],
        content: html`<meta http-equiv="refresh" content="0;url=${url}">
          <p><a class="button" href="${url}">${visit.texts.provider.continueWith(name)}</a></p>`,
      }
    },
  }
}

/** What a provider's answer consists of; a person's name, which some send along, is not looked at. */
const PARAMETERS = ['code', 'state', 'iss', 'error'] as const

function callback(config: Config, { id, name }: Named): Page {
  const path = `/sign-in/${id}/callback`
  return {
    path,
    needs: [START, ANSWER],
    uses: [CONFIRM_IDENTITY],
    async show(visit) {
      const trip = readProviderTrip(visit.flowCookies)
      const passage = trip && readPassage(new URLSearchParams(trip.query), config)
      if (trip?.provider !== id || passage == null) return over(visit)
      const kept = PARAMETERS.flatMap((key) =>
        visit.query
          .getAll(key)
          .map((value) => html`<input type="hidden" name="${key}" value="${value}">`),
      )
      return {
        title: visit.texts.provider.continueWith(name),
        formTargets: passage.formTargets,
        content: html`<div data-send>${form(visit, path, [
          ...kept,
          button({ text: visit.texts.signIn.continue }),
        ])}</div>`,
      }
    },
    async act(visit) {
      const trip = readProviderTrip(visit.flowCookies)
      const passage = trip && readPassage(new URLSearchParams(trip.query), config)
      if (trip?.provider !== id || passage == null) return over(visit)
      const answered = new URLSearchParams(
        PARAMETERS.flatMap((key) =>
          visit.form.getAll(key).map((value): [string, string] => [key, value]),
        ),
      )
      const providerAnswer = `${callbackOf(config, id)}?${answered}`
      const input = { verificationId: trip.id, providerAnswer }
      if (trip.isLink) return await takeLink(visit, { name, ...input })
      const answer = await visit.ask(ANSWER, { input })
      if ('refusal' in answer) return over({ ...visit, passage }, { name, refusal: answer.refusal })
      const next = goOn({ passage }, answer.data.verifySession, 'sign-in')
      return { ...next, cookies: [...(next.cookies ?? []), clearedProviderCookie()] }
    },
  }
}

/** The flow is used up, whatever came of it: it begins anew, here or another way. */
function over(
  visit: Omit<Visit, 'passage'> & { readonly passage: Passage },
  failed?: { readonly name: string; readonly refusal: Refusal },
): PageAnswer {
  const { texts, passage } = visit
  return {
    title: texts.signIn.title,
    ...(failed === undefined
      ? { status: 410, problems: [{ text: texts.verify.overText }] }
      : explainAnswer(visit, failed)),
    cookies: [clearedProviderCookie(), clearedChallengeCookie()],
    content: html`<p><a class="button" href="${passage.to('/sign-in', { again: '1' })}">${texts.backToSignIn}</a></p>`,
  }
}
