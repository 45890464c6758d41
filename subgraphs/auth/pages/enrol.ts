// `/enrol`: a sign-in that asks for a further factor of somebody who has none: it is added on the way in.
import { html } from '../../../platform/pages/html.ts'
import { authenticatorForm, type Enrolment } from './authenticator-form.ts'
import { goOn, type SignInResult, VERIFICATION } from './begun.ts'
import { type Challenge, readChallenge } from './challenge-cookie.ts'
import { button, form, links } from './fields.ts'
import { operation } from './operation.ts'
import type { Page, PageAnswer, Visit } from './page.ts'
import { type Explained, explain } from './refusals.ts'
import { over } from './verify.ts'

const ENROL = operation<
  { enrolFactor: Enrolment },
  { readonly input: { readonly verificationId: string; readonly method: string } }
>(
  `mutation PageEnrolFactor($input: EnrolFactorInput!) {
    enrolFactor(input: $input) { ... on TotpEnrolment { secret uri qrSvg } }
  }`,
  'nobody',
)
const PROVE = operation<
  { verifySession: SignInResult },
  { readonly input: { verificationId: string; method: string; code: string } }
>(
  `mutation PageProveFactor($input: VerifySessionInput!) {
    verifySession(input: $input) { __typename ${VERIFICATION} }
  }`,
  'nobody',
)

const PATH = '/enrol'

export const enrol: Page = {
  path: PATH,
  needs: [ENROL, PROVE],
  async show(visit) {
    return readChallenge(visit.flowCookies) === null ? over(visit) : begin(visit)
  },
  async act(visit) {
    const challenge = readChallenge(visit.flowCookies)
    if (challenge === null) return over(visit)
    return visit.form.has('code') ? await prove(visit, challenge) : await start(visit, challenge)
  },
}

async function start(visit: Visit, { id: verificationId }: Challenge): Promise<PageAnswer> {
  const answer = await visit.ask(ENROL, { input: { verificationId, method: 'TOTP' } })
  if ('data' in answer) return askForCode(visit, answer.data.enrolFactor)
  const explained = explain(visit, answer.refusal)
  return explained.status === 410 ? over(visit) : begin(visit, explained)
}

async function prove(visit: Visit, { id, began }: Challenge): Promise<PageAnswer> {
  const code = visit.form.get('code') ?? ''
  const answer = await visit.ask(PROVE, { input: { verificationId: id, method: 'TOTP', code } })
  if ('data' in answer) return goOn(visit, answer.data.verifySession, began)
  const explained = explain(visit, answer.refusal, ['code'])
  return explained.status === 410 ? over(visit, explained) : askForCode(visit, null, explained)
}

function begin(visit: Visit, explained?: Explained): PageAnswer {
  const { texts, passage } = visit
  return {
    title: texts.enrol.title,
    ...explained,
    content: html`<p>${texts.enrol.intro}</p>
      <p>${texts.app.intro}</p>
      ${form(visit, passage.to(PATH), button({ text: texts.app.begin }))}
      ${startAgain(visit)}`,
  }
}

function askForCode(visit: Visit, enrolment: Enrolment | null, explained?: Explained): PageAnswer {
  const { texts, passage } = visit
  return {
    title: texts.account.addApp,
    ...explained,
    formTargets: passage.formTargets,
    content: html`${authenticatorForm(visit, { action: passage.to(PATH), enrolment, hidden: {}, explained })}
      ${startAgain(visit)}`,
  }
}

function startAgain({ texts, passage }: Visit) {
  return links([{ href: passage.to('/sign-in', { again: '1' }), text: texts.verify.startAgain }])
}
