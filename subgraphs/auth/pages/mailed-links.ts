// The pages that mailed links lead to. The link's token stands behind `#`, which browsers do not send: no log and no Referer ever
// holds it. The page's script, or the person, puts it into the form, whose POST acts; so a mail scanner uses no link up (ASVS 6.4.3).
import { html, type Piece } from '../../../platform/pages/html.ts'
import { goOn, type SignInResult } from './begun.ts'
import { button, form } from './fields.ts'
import { linkField, readLink } from './link-field.ts'
import { newPasswordField } from './new-password-field.ts'
import { operation, type Refusal } from './operation.ts'
import type { Page, PageAnswer, View, Visit } from './page.ts'
import { type Explained, explain } from './refusals.ts'
import { clearedStepCookie, readStep, stepCookie } from './step-cookie.ts'

type Input = { readonly input: Readonly<Record<string, string>> }

const RESET = operation<{ resetPassword: { readonly email: string } }, Input>(
  'mutation PageLinkReset($input: ResetPasswordInput!) { resetPassword(input: $input) { email } }',
  'nobody',
)
const DENY = operation<{ secured: { readonly resetToken: string } }, Input>(
  'mutation PageDenySession($input: DenySessionInput!) { secured: denySession(input: $input) { resetToken } }',
  'nobody',
)
const UNDO = operation<{ secured: { readonly resetToken: string } }, Input>(
  `mutation PageUndoEmailChange($input: UndoEmailChangeInput!) {
    secured: undoEmailChange(input: $input) { resetToken }
  }`,
  'nobody',
)
const OPEN = operation<
  { openSignInLink: SignInResult & { readonly user?: { readonly email: string } } },
  Input
>(
  `mutation PageOpenSignInLink($input: OpenSignInLinkInput!) {
    openSignInLink(input: $input) {
      __typename
      ... on SignedIn { user { email } }
      ... on VerificationRequired { verification { id purpose methods sentTo } }
    }
  }`,
  'nobody',
)

type Name = keyof Visit['texts']['mailedLinks']

/** What a form of these holds, beside the link. */
type Held = { readonly link: string | null } | 'step'

export const resetLink = linkPage('reset-password', [RESET], savePassword)
export const invitation = linkPage('accept-invitation', [RESET], savePassword)
export const notMe = linkPage('not-me', [DENY], async (visit, link) =>
  secured(visit, 'not-me', await visit.ask(DENY, { input: { token: link } }), link),
)
export const undoEmailChange = linkPage('undo-email-change', [UNDO], async (visit, link) =>
  secured(visit, 'undo-email-change', await visit.ask(UNDO, { input: { token: link } }), link),
)
export const signInLink = linkPage('sign-in', [OPEN], signInHere)

/** After "this was not me": what proves the mailbox lies in a cookie, so that a reload repeats nothing and loses nothing. */
export const newPassword: Page = {
  path: '/account/new-password',
  needs: [RESET],
  async show(visit) {
    return readStep(visit.flowCookies) === null
      ? stepGone(visit)
      : formOf(visit, 'new-password', 'step')
  },
  async act(visit) {
    const token = readStep(visit.flowCookies)
    if (token === null) return stepGone(visit)
    return await savePassword(visit, token, 'new-password')
  },
}

function linkPage(
  name: Exclude<Name, 'new-password'>,
  needs: Page['needs'],
  act: (visit: Visit, link: string, name: Name) => Promise<PageAnswer>,
): Page {
  return {
    path: `/account/${name}`,
    needs,
    show: async (visit) => formOf(visit, name, { link: null }),
    async act(visit) {
      const link = readLink(visit.form)
      if (link !== null) return await act(visit, link, name)
      const text = visit.texts.problems.linkMissing
      return formOf(visit, name, { link }, { status: 422, problems: [{ text, field: 'link' }] })
    },
  }
}

async function savePassword(visit: Visit, token: string, name: Name): Promise<PageAnswer> {
  const answer = await visit.ask(RESET, {
    input: { token, newPassword: visit.form.get('password') ?? '' },
  })
  if ('refusal' in answer) {
    const isStep = name === 'new-password'
    return refused(visit, name, {
      refusal: answer.refusal,
      held: isStep ? 'step' : { link: token },
    })
  }
  const { texts } = visit
  return done(visit, name, texts.forgotPassword.saved(answer.data.resetPassword.email))
}

async function signInHere(visit: Visit, token: string): Promise<PageAnswer> {
  const answer = await visit.ask(OPEN, { input: { token, delivery: 'COOKIE' } })
  if ('refusal' in answer) {
    return refused(visit, 'sign-in', { refusal: answer.refusal, held: { link: token } })
  }
  const { openSignInLink: result } = answer.data
  if (result.__typename === 'VerificationRequired') return goOn(visit, result, 'email')
  return done(visit, 'sign-in', visit.texts.signIn.signedInAs(result.user?.email ?? ''))
}

function secured(
  visit: Visit,
  name: Name,
  answer: { data: { secured: { resetToken: string } } } | { refusal: Refusal },
  link: string,
): PageAnswer {
  if ('refusal' in answer) return refused(visit, name, { refusal: answer.refusal, held: { link } })
  return {
    location: visit.passage.to('/account/new-password'),
    cookies: [stepCookie(answer.data.secured.resetToken)],
  }
}

function refused(
  visit: Visit,
  name: Name,
  { refusal, held }: { readonly refusal: Refusal; readonly held: Held },
): PageAnswer {
  const { problems } = visit.texts
  const isOver = refusal.code === 'VERIFICATION_FAILED' || refusal.reason === 'METHOD_NOT_OFFERED'
  if (isOver) return held === 'step' ? stepGone(visit) : end(visit, name, problems.linkUsed)
  return formOf(visit, name, held, explain(visit, refusal, ['password', 'link']))
}

// `?sent` in the form's address: to open the link again, from the answer, must be more than a jump within that page.
function formOf(visit: Visit, name: Name, held: Held, explained?: Explained): View {
  const { texts, passage } = visit
  const { title, intro, button: text } = texts.mailedLinks[name]
  const problems = explained?.problems ?? []
  const asksForPassword =
    name === 'new-password' || name.endsWith('password') || name === 'accept-invitation'
  return {
    title,
    ...explained,
    content: html`<p>${intro}</p>
      ${form(visit, passage.to(`/account/${name}`, { sent: '1' }), [
        held === 'step' ? null : linkField(texts, held.link, problems),
        asksForPassword ? newPasswordField(texts, problems) : null,
        button({ text }),
      ])}`,
  }
}

function done(visit: Visit, name: Name, text: string): View {
  return {
    title: visit.texts.mailedLinks[name].title,
    cookies: [clearedStepCookie()],
    content: html`<p id="done" role="status" tabindex="-1" autofocus>${text}</p>${wayBack(visit)}`,
  }
}

/** Where nothing can be done here any more: what happened, and the way back. */
function end(visit: Visit, name: Name, text: string): View {
  return {
    title: visit.texts.mailedLinks[name].title,
    status: 410,
    problems: [{ text }],
    content: html`${wayBack(visit)}`,
  }
}

function stepGone(visit: Visit): View {
  return end(visit, 'new-password', visit.texts.problems.stepGone)
}

function wayBack({ homeUrl, productName, texts }: Visit): Piece {
  return html`<p><a class="button" href="${homeUrl}">${texts.continueTo(productName)}</a></p>`
}
