// `/account/app`: adds an authenticator app. The secret is shown once, in the answer to a pressed button.
import { html } from '../../../platform/pages/html.ts'
import { authenticatorForm, type Enrolment } from './authenticator-form.ts'
import { button, form, links } from './fields.ts'
import { operation } from './operation.ts'
import { detour, ownPage } from './own.ts'
import type { PageAnswer, Visit } from './page.ts'
import { type Explained, explain, explainConflict } from './refusals.ts'

const START = operation<{ startTotp: Enrolment & { readonly factorId: string } }>(
  'mutation PageStartTotp { startTotp { factorId secret uri qrSvg } }',
)
const CONFIRM = operation<
  unknown,
  { readonly input: { readonly factorId: string; readonly code: string } }
>('mutation PageConfirmTotp($input: ConfirmTotpInput!) { confirmTotp(input: $input) { id } }')

const PATH = '/account/app'

export const accountApp = ownPage({
  path: PATH,
  needs: [START, CONFIRM],
  show: async (visit) => begin(visit),
  async act(visit) {
    const factorId = visit.form.get('factorId')
    return factorId === null ? await start(visit) : await prove(visit, factorId)
  },
})

async function start(visit: Visit): Promise<PageAnswer> {
  const answer = await visit.ask(START, {})
  if ('refusal' in answer) {
    const explained = explainConflict(visit, answer.refusal, visit.texts.app.tooMany)
    return detour(visit, PATH, answer.refusal) ?? begin(visit, explained)
  }
  const { factorId, ...enrolment } = answer.data.startTotp
  return askForCode(visit, { factorId, enrolment })
}

async function prove(visit: Visit, factorId: string): Promise<PageAnswer> {
  const code = visit.form.get('code') ?? ''
  const answer = await visit.ask(CONFIRM, { input: { factorId, code } })
  if ('data' in answer) return { location: visit.passage.to('/account', { done: 'app' }) }
  const away = detour(visit, PATH, answer.refusal)
  if (away !== null) return away
  const explained = explain(visit, answer.refusal, ['code'])
  return explained.status === 410
    ? begin(visit, explained)
    : askForCode(visit, { factorId, enrolment: null, explained })
}

function begin(visit: Visit, explained?: Explained): PageAnswer {
  const { texts, passage } = visit
  return {
    title: texts.account.addApp,
    ...explained,
    content: html`<p>${texts.app.intro}</p>
      ${form(visit, passage.to(PATH), button({ text: texts.app.begin }))}
      ${cancel(visit)}`,
  }
}

function askForCode(
  visit: Visit,
  of: {
    readonly factorId: string
    readonly enrolment: Enrolment | null
    readonly explained?: Explained
  },
): PageAnswer {
  const { texts, passage } = visit
  return {
    title: texts.account.addApp,
    ...of.explained,
    content: html`${authenticatorForm(visit, {
      action: passage.to(PATH),
      enrolment: of.enrolment,
      hidden: { factorId: of.factorId },
      explained: of.explained,
    })}
      ${cancel(visit)}`,
  }
}

function cancel({ texts, passage }: Visit) {
  return links([{ href: passage.to('/account'), text: texts.cancel }])
}
