// `/forgot-password` mails a code and a link; `/reset-password` takes the code and a new password. The link has a page of its own.
import { html } from '../../../platform/pages/html.ts'
import { challengeCookie, clearedChallengeCookie, readChallenge } from './challenge-cookie.ts'
import { button, field, form, links } from './fields.ts'
import { codeField } from './methods.ts'
import { newPasswordField } from './new-password-field.ts'
import { operation, type Refusal } from './operation.ts'
import type { Page, PageAnswer, Visit } from './page.ts'
import { type Explained, explain } from './refusals.ts'

const REQUEST = operation<
  {
    requestPasswordReset: { readonly id: string; readonly sentTo: string | null }
  },
  { readonly input: { readonly email: string } }
>(
  `mutation PageRequestPasswordReset($input: RequestPasswordResetInput!) {
    requestPasswordReset(input: $input) { id sentTo }
  }`,
  'nobody',
)
const RESET = operation<
  { resetPassword: { readonly email: string } },
  { readonly input: Readonly<Record<string, string>> }
>(
  'mutation PageResetPassword($input: ResetPasswordInput!) { resetPassword(input: $input) { email } }',
  'nobody',
)

export const forgotPassword: Page = {
  path: '/forgot-password',
  needs: [REQUEST, RESET],
  show: async (visit) => askForEmail(visit, ''),
  async act(visit) {
    const email = visit.form.get('email') ?? ''
    const answer = await visit.ask(REQUEST, { input: { email } })
    if ('refusal' in answer) return askForEmail(visit, email, answer.refusal)
    const { id, sentTo } = answer.data.requestPasswordReset
    return {
      location: visit.passage.to('/reset-password'),
      cookies: [challengeCookie({ id, sentTo, methods: ['EMAIL_CODE'], began: 'reset' })],
    }
  },
}

export const resetPassword: Page = {
  path: '/reset-password',
  needs: [RESET],
  async show(visit) {
    const challenge = readChallenge(visit.flowCookies)
    if (challenge?.began !== 'reset') return over(visit)
    return askForCode(visit, challenge.sentTo ?? '')
  },
  async act(visit) {
    const challenge = readChallenge(visit.flowCookies)
    if (challenge?.began !== 'reset') return over(visit)
    const answer = await visit.ask(RESET, {
      input: {
        verificationId: challenge.id,
        code: visit.form.get('code') ?? '',
        newPassword: visit.form.get('password') ?? '',
      },
    })
    if ('data' in answer) return saved(visit, answer.data.resetPassword.email)
    const explained = explain(visit, answer.refusal, ['code', 'password'])
    return explained.status === 410
      ? over(visit, explained)
      : askForCode(visit, challenge.sentTo ?? '', explained)
  },
}

function askForEmail(visit: Visit, email: string, refusal?: Refusal): PageAnswer {
  const { texts, passage } = visit
  const explained = refusal === undefined ? { problems: [] } : explain(visit, refusal, ['email'])
  return {
    title: texts.forgotPassword.title,
    ...explained,
    content: html`<p>${texts.forgotPassword.intro}</p>
      ${form(visit, passage.to('/forgot-password'), [
        field(
          {
            name: 'email',
            label: texts.email,
            type: 'email',
            autocomplete: 'username',
            value: email,
            hasFocus: true,
          },
          explained.problems,
        ),
        button({ text: texts.forgotPassword.button }),
      ])}
      ${backToSignIn(visit)}`,
  }
}

function askForCode(visit: Visit, sentTo: string, explained?: Explained): PageAnswer {
  const { texts, passage } = visit
  const problems = explained?.problems ?? []
  return {
    title: texts.forgotPassword.newTitle,
    ...explained,
    content: html`<p>${texts.forgotPassword.mailed(sentTo)}</p>
      ${form(visit, passage.to('/reset-password'), [
        field(codeField(texts.verify, 'EMAIL_CODE'), problems),
        newPasswordField(texts, problems),
        button({ text: texts.savePassword }),
      ])}
      ${links([{ href: passage.to('/forgot-password'), text: texts.forgotPassword.again }])}`,
  }
}

function saved(visit: Visit, email: string): PageAnswer {
  const { texts, passage } = visit
  return {
    title: texts.forgotPassword.newTitle,
    cookies: [clearedChallengeCookie()],
    content: html`<p id="done" role="status" tabindex="-1" autofocus>${texts.forgotPassword.saved(email)}</p>
      <p><a class="button" href="${passage.to('/sign-in', { again: '1' })}">${texts.signIn.title}</a></p>`,
  }
}

function over({ texts, passage }: Visit, explained?: Explained): PageAnswer {
  return {
    title: texts.verify.over,
    status: 410,
    ...explained,
    problems: explained?.problems ?? [{ text: texts.verify.overText }],
    cookies: [clearedChallengeCookie()],
    content: html`<p><a class="button" href="${passage.to('/forgot-password')}">${texts.verify.startAgain}</a></p>`,
  }
}

function backToSignIn({ texts, passage }: Visit) {
  return links([{ href: passage.to('/sign-in', { again: '1' }), text: texts.backToSignIn }])
}
