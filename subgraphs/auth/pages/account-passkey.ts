// `/account/passkey`: adds a passkey. The browser makes it when a button was pressed.
import { html } from '../../../platform/pages/html.ts'
import { button, form, links } from './fields.ts'
import { makePasskey } from './make-passkey.ts'
import { ownPage } from './own.ts'
import type { PageAnswer, Visit } from './page.ts'
import { CONFIRM_PASSKEY, passkeyIntro, START_PASSKEY } from './passkeys.ts'
import type { Explained } from './refusals.ts'

const PATH = '/account/passkey'

export const accountPasskey = ownPage({
  path: PATH,
  needs: [START_PASSKEY, CONFIRM_PASSKEY],
  show: async (visit) => begin(visit),
  act: async (visit) =>
    await makePasskey(visit, {
      path: PATH,
      begin,
      leave: cancel,
      done: ({ passage }) => ({ location: passage.to('/account', { done: 'passkey' }) }),
    }),
})

function begin(visit: Visit, explained?: Explained): PageAnswer {
  const { texts, passage } = visit
  return {
    title: texts.passkey.add,
    ...explained,
    content: html`${passkeyIntro(visit)}
      <div hidden data-needs-passkeys>${form(visit, passage.to(PATH), button({ text: texts.passkey.begin }))}</div>
      <noscript><p>${texts.passkey.needsScript}</p></noscript>
      ${cancel(visit)}`,
  }
}

function cancel({ texts, passage }: Visit) {
  return links([{ href: passage.to('/account'), text: texts.cancel }])
}
