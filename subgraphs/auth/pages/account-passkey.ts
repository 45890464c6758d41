// `/account/passkey`: adds a passkey. The browser makes it when a button was pressed.
import { html } from '../../../platform/pages/html.ts'
import { button, form, links } from './fields.ts'
import { detour, ownPage } from './own.ts'
import type { PageAnswer, Visit } from './page.ts'
import { CONFIRM_PASSKEY, passkeyForm, readPasskey, START_PASSKEY } from './passkeys.ts'
import { type Explained, explain } from './refusals.ts'

const PATH = '/account/passkey'

export const accountPasskey = ownPage({
  path: PATH,
  needs: [START_PASSKEY, CONFIRM_PASSKEY],
  show: async (visit) => begin(visit),
  act: async (visit) =>
    visit.form.has('verificationId') ? await confirm(visit) : await start(visit),
})

async function start(visit: Visit): Promise<PageAnswer> {
  const answer = await visit.ask(START_PASSKEY, {})
  if ('refusal' in answer) {
    return detour(visit, PATH, answer.refusal) ?? begin(visit, explain(visit, answer.refusal))
  }
  const { verificationId, options } = answer.data.startPasskey
  return {
    title: visit.texts.passkey.add,
    content: html`<p>${visit.texts.verify.passkey}</p>
      ${passkeyForm(visit, {
        action: visit.passage.to(PATH),
        ceremony: 'create',
        options,
        hidden: { verificationId },
      })}
      ${cancel(visit)}`,
  }
}

async function confirm(visit: Visit): Promise<PageAnswer> {
  const verificationId = visit.form.get('verificationId')
  const answer = await visit.ask(CONFIRM_PASSKEY, {
    input: { verificationId, response: readPasskey(visit.form) },
  })
  if ('data' in answer) return { location: visit.passage.to('/account', { done: 'passkey' }) }
  const explained =
    answer.refusal.code === 'VERIFICATION_FAILED'
      ? { status: 422, problems: [{ text: visit.texts.passkey.notAdded }] }
      : explain(visit, answer.refusal)
  return detour(visit, PATH, answer.refusal) ?? begin(visit, explained)
}

function begin(visit: Visit, explained?: Explained): PageAnswer {
  const { texts, passage } = visit
  return {
    title: texts.passkey.add,
    ...explained,
    content: html`<p>${texts.passkey.intro}</p>
      <div hidden data-needs-passkeys>${form(visit, passage.to(PATH), button({ text: texts.passkey.begin }))}</div>
      <noscript><p>${texts.passkey.needsScript}</p></noscript>
      ${cancel(visit)}`,
  }
}

function cancel({ texts, passage }: Visit) {
  return links([{ href: passage.to('/account'), text: texts.cancel }])
}
