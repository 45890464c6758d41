// `/enrol`: a sign-in that asks for a further factor of somebody who has none: it is added on the way in.
import { type Html, html } from '../../../platform/pages/html.ts'
import { authenticatorForm, type Enrolment } from './authenticator-form.ts'
import { goOn, type SignInResult, VERIFICATION } from './begun.ts'
import { type Challenge, readChallenge } from './challenge-cookie.ts'
import { button, form, links } from './fields.ts'
import { operation } from './operation.ts'
import type { Page, PageAnswer, Visit } from './page.ts'
import { type PasskeyChallenge, passkeyForm, passkeyIntro, readPasskey } from './passkeys.ts'
import { type Explained, explain } from './refusals.ts'
import { over } from './verify.ts'

interface Begins {
  readonly input: { readonly verificationId: string; readonly method: string }
}

const ENROL_APP = operation<{ enrolFactor: Enrolment }, Begins>(
  `mutation PageEnrolApp($input: EnrolFactorInput!) {
    enrolFactor(input: $input) { ... on TotpEnrolment { secret uri qrSvg } }
  }`,
  'nobody',
)
const ENROL_PASSKEY = operation<{ enrolFactor: PasskeyChallenge }, Begins>(
  `mutation PageEnrolPasskey($input: EnrolFactorInput!) {
    enrolFactor(input: $input) { ... on PasskeyChallenge { verificationId options } }
  }`,
  'nobody',
)
const PROVE = operation<
  { verifySession: SignInResult },
  { readonly input: Readonly<Record<string, unknown>> }
>(
  `mutation PageProveFactor($input: VerifySessionInput!) {
    verifySession(input: $input) { __typename ${VERIFICATION} }
  }`,
  'nobody',
)

const PATH = '/enrol'

export const enrol: Page = {
  path: PATH,
  needs: [ENROL_APP, ENROL_PASSKEY, PROVE],
  async show(visit) {
    const challenge = readChallenge(visit.flowCookies)
    return challenge === null ? over(visit) : begin(visit, challenge)
  },
  async act(visit) {
    const challenge = readChallenge(visit.flowCookies)
    if (challenge === null) return over(visit)
    if (visit.form.has('code')) return await proveApp(visit, challenge)
    if (visit.form.has('passkey')) return await provePasskey(visit, challenge)
    return visit.form.get('do') === 'passkey'
      ? await startPasskey(visit, challenge)
      : await startApp(visit, challenge)
  },
}

async function startApp(visit: Visit, challenge: Challenge): Promise<PageAnswer> {
  const input = { verificationId: challenge.id, method: 'TOTP' }
  const answer = await visit.ask(ENROL_APP, { input })
  if ('data' in answer) return askForCode(visit, answer.data.enrolFactor)
  const explained = explain(visit, answer.refusal)
  return explained.status === 410 ? over(visit) : begin(visit, challenge, explained)
}

async function proveApp(visit: Visit, { id, began }: Challenge): Promise<PageAnswer> {
  const code = visit.form.get('code') ?? ''
  const answer = await visit.ask(PROVE, { input: { verificationId: id, method: 'TOTP', code } })
  if ('data' in answer) return goOn(visit, answer.data.verifySession, began)
  const explained = explain(visit, answer.refusal, ['code'])
  return explained.status === 410 ? over(visit, explained) : askForCode(visit, null, explained)
}

async function startPasskey(visit: Visit, challenge: Challenge): Promise<PageAnswer> {
  const input = { verificationId: challenge.id, method: 'PASSKEY' }
  const answer = await visit.ask(ENROL_PASSKEY, { input })
  if ('refusal' in answer) {
    const explained = explain(visit, answer.refusal)
    return explained.status === 410 ? over(visit) : begin(visit, challenge, explained)
  }
  const { texts, passage } = visit
  const { options } = answer.data.enrolFactor
  return {
    title: texts.passkey.add,
    formTargets: passage.formTargets,
    content: html`<p>${texts.verify.passkey}</p>
      ${passkeyForm(visit, { action: passage.to(PATH), ceremony: 'create', options })}
      ${links([{ href: passage.to(PATH), text: texts.enrol.other }])}`,
  }
}

/** What the browser was asked is used up with its first answer, so a press begins anew. */
async function provePasskey(visit: Visit, challenge: Challenge): Promise<PageAnswer> {
  const { id: verificationId, began } = challenge
  const passkey = readPasskey(visit.form)
  const answer = await visit.ask(PROVE, { input: { verificationId, method: 'PASSKEY', passkey } })
  if ('data' in answer) return goOn(visit, answer.data.verifySession, began)
  const explained = explain(visit, answer.refusal)
  if (explained.status === 410) return over(visit, explained)
  if (answer.refusal.code !== 'VERIFICATION_FAILED') return begin(visit, challenge, explained)
  const problems = [{ text: visit.texts.passkey.notAdded }]
  return begin(visit, challenge, { status: 422, problems })
}

function begin(visit: Visit, { methods }: Challenge, explained?: Explained): PageAnswer {
  const { texts } = visit
  return {
    title: texts.enrol.title,
    ...explained,
    content: html`<p>${texts.enrol.intro}</p>
      ${methods.includes('TOTP') ? app(visit) : null}
      ${methods.includes('PASSKEY') ? passkey(visit) : null}
      ${startAgain(visit)}`,
  }
}

function app(visit: Visit): Html {
  const { texts, passage } = visit
  return html`<section aria-labelledby="app">
      <h2 id="app">${texts.account.kinds.TOTP}</h2>
      <p>${texts.app.intro}</p>
      ${form(visit, passage.to(PATH), button({ text: texts.app.begin }))}
      </section>`
}

function passkey(visit: Visit): Html {
  const { texts, passage } = visit
  return html`<section hidden data-needs-passkeys aria-labelledby="passkey">
      <h2 id="passkey">${texts.account.kinds.PASSKEY}</h2>
      ${passkeyIntro(visit)}
      ${form(visit, passage.to(PATH), button({ text: texts.passkey.begin, does: 'passkey' }))}
      </section>`
}

function askForCode(visit: Visit, enrolment: Enrolment | null, explained?: Explained): PageAnswer {
  const { texts, passage } = visit
  return {
    title: texts.account.addApp,
    ...explained,
    formTargets: passage.formTargets,
    content: html`${authenticatorForm(visit, { action: passage.to(PATH), enrolment, hidden: {}, explained })}
      ${links([{ href: passage.to(PATH), text: texts.enrol.other }])}`,
  }
}

function startAgain({ texts, passage }: Visit) {
  return links([{ href: passage.to('/sign-in', { again: '1' }), text: texts.verify.startAgain }])
}
