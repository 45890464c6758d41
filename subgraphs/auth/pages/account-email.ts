// `/account/email`: a further e-mail address, which counts once the code that was mailed there is entered.
import { html } from '../../../platform/pages/html.ts'
import { challengeCookie, clearedChallengeCookie, readChallenge } from './challenge-cookie.ts'
import { button, field, form, links } from './fields.ts'
import { codeField } from './methods.ts'
import { operation } from './operation.ts'
import { detour, ownPage } from './own.ts'
import type { PageAnswer, Visit } from './page.ts'
import { type Explained, explain, explainConflict } from './refusals.ts'

const ADD = operation<
  { addEmail: { readonly id: string; readonly sentTo: string | null } },
  { readonly input: { readonly email: string } }
>('mutation PageAddEmail($input: AddEmailInput!) { addEmail(input: $input) { id sentTo } }')
const VERIFY = operation<
  unknown,
  { readonly input: { readonly verificationId: string; readonly code: string } }
>('mutation PageVerifyEmail($input: VerifyEmailInput!) { verifyEmail(input: $input) { id } }')

const PATH = '/account/email'

export const accountEmail = ownPage({
  path: PATH,
  needs: [ADD, VERIFY],
  show: async (visit) => (visit.query.has('code') ? askForCode(visit) : askForEmail(visit)),
  act: async (visit) => (visit.form.has('code') ? await verify(visit) : await add(visit)),
})

async function add(visit: Visit): Promise<PageAnswer> {
  const answer = await visit.ask(ADD, { input: { email: visit.form.get('email') ?? '' } })
  if ('refusal' in answer) {
    const explained =
      answer.refusal.code === 'CONFLICT'
        ? explainConflict(visit, answer.refusal, visit.texts.account.tooManyEmails)
        : explain(visit, answer.refusal, ['email'])
    return detour(visit, PATH, answer.refusal) ?? askForEmail(visit, explained)
  }
  const { id, sentTo } = answer.data.addEmail
  return {
    location: visit.passage.to(PATH, { code: '1' }),
    cookies: [challengeCookie({ id, sentTo, methods: ['EMAIL_CODE'], began: 'address' })],
  }
}

async function verify(visit: Visit): Promise<PageAnswer> {
  const challenge = readChallenge(visit.flowCookies)
  const answer = await visit.ask(VERIFY, {
    input: { verificationId: challenge?.id ?? '', code: visit.form.get('code') ?? '' },
  })
  if ('data' in answer) {
    return {
      location: visit.passage.to('/account', { done: 'email' }),
      cookies: [clearedChallengeCookie()],
    }
  }
  const explained = explain(visit, answer.refusal, ['code'])
  const away = detour(visit, PATH, answer.refusal)
  if (away !== null) return away
  return explained.status === 410 ? askForEmail(visit, explained) : askForCode(visit, explained)
}

function askForEmail(visit: Visit, explained?: Explained): PageAnswer {
  const { texts, passage, form: sent } = visit
  return {
    title: texts.account.addEmail,
    ...explained,
    content: html`<p>${texts.account.emailIntro}</p>
      ${form(visit, passage.to(PATH), [
        field(
          {
            name: 'email',
            label: texts.email,
            type: 'email',
            autocomplete: 'email',
            value: sent.get('email') ?? '',
            hasFocus: true,
          },
          explained?.problems,
        ),
        button({ text: texts.verify.button }),
      ])}
      ${links([{ href: passage.to('/account'), text: texts.cancel }])}`,
  }
}

function askForCode(visit: Visit, explained?: Explained): PageAnswer {
  const { texts, passage, flowCookies } = visit
  const challenge = readChallenge(flowCookies)
  if (challenge?.began !== 'address') return askForEmail(visit)
  return {
    title: texts.account.addEmail,
    ...explained,
    content: html`<p>${texts.verify.mailed(challenge.sentTo ?? '')}</p>
      ${form(visit, passage.to(PATH, { code: '1' }), [
        field(codeField(texts.verify, 'EMAIL_CODE'), explained?.problems),
        button({ text: texts.verify.button }),
      ])}
      ${links([
        { href: passage.to(PATH), text: texts.verify.startAgain },
        { href: passage.to('/account'), text: texts.cancel },
      ])}`,
  }
}
