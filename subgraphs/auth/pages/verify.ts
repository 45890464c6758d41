// `/verify`: the next factor of a sign-in or a registration, one at a time; the others are a link away.
import { html, type Piece } from '../../../platform/pages/html.ts'
import { goOn, type SignInResult, VERIFICATION } from './begun.ts'
import {
  type Challenge,
  challengeCookie,
  clearedChallengeCookie,
  readChallenge,
} from './challenge-cookie.ts'
import { button, checkbox, field, form, links } from './fields.ts'
import { codeField, firstOf, insteadText } from './methods.ts'
import { operation, type Refusal } from './operation.ts'
import type { Page, PageAnswer, View, Visit } from './page.ts'
import { passkeyButton, passkeyForm, readPasskey, START_PASSKEY_LOGIN } from './passkeys.ts'
import { type Explained, explain } from './refusals.ts'
import type { PageTexts } from './texts/texts.ts'

const VERIFY = operation<
  { verifySession: SignInResult },
  { readonly input: Readonly<Record<string, unknown>> }
>(
  `mutation PageVerify($input: VerifySessionInput!) {
    verifySession(input: $input) { __typename ${VERIFICATION} }
  }`,
  'nobody',
)
const RESEND = operation<
  { resendVerification: { readonly id: string } },
  { readonly input: { verificationId: string } }
>(
  'mutation PageResend($input: ResendVerificationInput!) { resendVerification(input: $input) { id } }',
  'nobody',
)
const OFFERED = operation<{ signInMethods: { readonly rememberDeviceDays: number } }>(
  'query PageRememberDevice { signInMethods { rememberDeviceDays } }',
  'nobody',
)

export const verify: Page = {
  path: '/verify',
  needs: [VERIFY, RESEND, OFFERED],
  uses: [START_PASSKEY_LOGIN],
  async show(visit) {
    const challenge = readChallenge(visit.flowCookies)
    return challenge === null ? over(visit) : await ask(visit, challenge)
  },
  async act(visit) {
    const challenge = readChallenge(visit.flowCookies)
    if (challenge === null) return over(visit)
    if (visit.form.get('do') === 'passkey') return await askBrowser(visit, challenge)
    return visit.form.get('do') === 'resend'
      ? await resend(visit, challenge)
      : await check(visit, challenge)
  },
}

async function check(visit: Visit, challenge: Challenge): Promise<PageAnswer> {
  const method = chosenMethod(visit, challenge)
  const proof =
    method === 'PASSKEY'
      ? { passkey: readPasskey(visit.form) }
      : { code: visit.form.get('code') ?? '' }
  const rememberDevice = isToRemember(visit, challenge)
  const answer = await visit.ask(VERIFY, {
    input: { verificationId: challenge.id, method, ...proof, rememberDevice },
  })
  if ('data' in answer) return goOn(visit, answer.data.verifySession, challenge.began)
  if (method === 'PASSKEY') return await passkeyFailed(visit, challenge, answer.refusal)
  const explained = explain(visit, answer.refusal, ['code'])
  const isOver = explained.status === 410 && method !== 'EMAIL_CODE'
  return isOver ? over(visit, explained) : await ask(visit, challenge, explained)
}

/** Where a passkey alone began the sign-in nothing is left of it; otherwise the browser can be asked anew. */
async function passkeyFailed(
  visit: Visit,
  challenge: Challenge,
  refusal: Refusal,
): Promise<PageAnswer> {
  const { passkey: _, ...rest } = challenge
  const isAlone = rest.methods.length === 1
  if (refusal.code === 'VERIFICATION_FAILED') {
    const problems = [{ text: visit.texts.passkey.failed }]
    if (isAlone) return over(visit, { status: 410, problems })
    return await ask(visit, rest, { status: 422, problems })
  }
  const explained = explain(visit, refusal)
  if (isAlone) return { ...over(visit, explained), title: visit.texts.signIn.title }
  return await ask(visit, rest, explained)
}

/** A challenge is taken by its first answer, so each press asks for another. */
async function askBrowser(visit: Visit, challenge: Challenge): Promise<PageAnswer> {
  const answer = await visit.ask(START_PASSKEY_LOGIN, { input: { verificationId: challenge.id } })
  if ('refusal' in answer) {
    const explained = explain(visit, answer.refusal)
    return explained.status === 410
      ? over(visit, explained)
      : await ask(visit, challenge, explained)
  }
  const { options: passkey } = answer.data.startPasskeyLogin
  return {
    location: visit.passage.to('/verify', { with: 'PASSKEY' }),
    cookies: [challengeCookie({ ...challenge, passkey, remember: visit.form.has('remember') })],
  }
}

async function resend(visit: Visit, challenge: Challenge): Promise<PageAnswer> {
  const answer = await visit.ask(RESEND, { input: { verificationId: challenge.id } })
  if ('data' in answer) {
    return { location: visit.passage.to('/verify', { with: 'EMAIL_CODE', resent: '1' }) }
  }
  const explained = explain(visit, answer.refusal)
  return explained.status === 410 ? over(visit, explained) : await ask(visit, challenge, explained)
}

async function ask(visit: Visit, challenge: Challenge, explained?: Explained): Promise<PageAnswer> {
  const { texts, passage, query } = visit
  const method = chosenMethod(visit, challenge)
  const problems = explained?.problems ?? []
  const remember = await rememberField(visit, challenge)
  const others = challenge.methods.filter((one) => one !== method)
  return {
    title: texts.verify.title,
    ...explained,
    formTargets: passage.formTargets,
    content: html`<p>${introOf(texts, challenge, method)}</p>
      ${query.has('resent') && problems.length === 0 ? html`<p id="done" role="status">${texts.verify.resent}</p>` : null}
      ${
        method === 'PASSKEY'
          ? passkeyStep(visit, challenge, remember)
          : form(visit, passage.to('/verify', { with: method }), [
              field(codeField(texts.verify, method), problems),
              remember,
              button({ text: texts.verify.button }),
              method === 'EMAIL_CODE'
                ? button({
                    text: texts.verify.resend,
                    does: 'resend',
                    isPlain: true,
                    skipsFields: true,
                  })
                : null,
            ])
      }
      ${links([
        ...others.map((one) => ({
          href: passage.to('/verify', { with: one }),
          text: insteadText(texts.verify, one),
        })),
        { href: passage.to('/sign-in', { again: '1' }), text: texts.verify.startAgain },
      ])}`,
  }
}

function passkeyStep(visit: Visit, { passkey: options }: Challenge, fields: Piece): Piece {
  const action = visit.passage.to('/verify', { with: 'PASSKEY' })
  if (options === undefined) return passkeyButton(visit, action, fields)
  return passkeyForm(visit, { action, ceremony: 'get', options })
}

/** With a further factor, where the deployment offers it: mail is not asked for less often. */
async function rememberField(visit: Visit, challenge: Challenge): Promise<Piece> {
  if (chosenMethod(visit, challenge) === 'EMAIL_CODE') return null
  const answer = await visit.ask(OFFERED, {})
  const days = 'data' in answer ? answer.data.signInMethods.rememberDeviceDays : 0
  if (days === 0) return null
  const { remember, rememberHint: hint } = visit.texts.verify
  const isChecked = isToRemember(visit, challenge)
  return checkbox({ name: 'remember', label: remember(days), hint, isChecked })
}

/** A passkey is answered with a form of its own, which comes after the one with the box. */
function isToRemember(visit: Visit, challenge: Challenge): boolean {
  if (visit.form.has('remember')) return true
  return chosenMethod(visit, challenge) === 'PASSKEY' && challenge.remember === true
}

function introOf({ verify: texts }: PageTexts, challenge: Challenge, method: string): string {
  if (method === 'PASSKEY') return texts.passkey
  if (method === 'TOTP') return texts.authenticator
  if (method === 'RECOVERY_CODE') return texts.recovery
  if (method !== 'EMAIL_CODE') return texts.other
  const sentTo = challenge.sentTo ?? ''
  if (challenge.began === 'email') return texts.mailedLink(sentTo)
  return challenge.began === 'sign-up' ? texts.mailedSignUp(sentTo) : texts.mailed(sentTo)
}

function chosenMethod({ query }: Visit, { methods }: Challenge): string {
  const wanted = query.get('with')
  if (wanted !== null && methods.includes(wanted)) return wanted
  return firstOf(methods) ?? 'EMAIL_CODE'
}

/** Nothing can be entered here any more. */
export function over({ texts, passage }: Visit, explained?: Explained): View {
  return {
    title: texts.verify.over,
    status: 410,
    ...explained,
    problems: explained?.problems ?? [{ text: texts.verify.overText }],
    cookies: [clearedChallengeCookie()],
    content: html`<p><a class="button" href="${passage.to('/sign-in', { again: '1' })}">${texts.verify.startAgain}</a></p>`,
  }
}
