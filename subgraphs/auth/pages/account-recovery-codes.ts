// `/account/recovery-codes`: ten new ones, shown once in the answer to a pressed button.
import { html } from '../../../platform/pages/html.ts'
import { button, form, links } from './fields.ts'
import { operation } from './operation.ts'
import { detour, ownPage } from './own.ts'
import type { PageAnswer, Visit } from './page.ts'
import { type Explained, explain } from './refusals.ts'

const CREATE = operation<{ createRecoveryCodes: { readonly codes: readonly string[] } }>(
  'mutation PageCreateRecoveryCodes { createRecoveryCodes { codes } }',
)

const PATH = '/account/recovery-codes'

export const accountRecoveryCodes = ownPage({
  path: PATH,
  needs: [CREATE],
  show: async (visit) => begin(visit),
  async act(visit) {
    const answer = await visit.ask(CREATE, {})
    if ('refusal' in answer) {
      return detour(visit, PATH, answer.refusal) ?? begin(visit, explain(visit, answer.refusal))
    }
    const { texts, passage } = visit
    return {
      title: texts.account.recoveryCodes,
      content: html`<p>${texts.recoveryCodes.shownOnce}</p>
      <ol class="codes">${answer.data.createRecoveryCodes.codes.map((code) => html`<li>${code}</li>`)}</ol>
      <p><a class="button" href="${passage.to('/account')}">${texts.recoveryCodes.kept}</a></p>`,
    }
  },
})

function begin(visit: Visit, explained?: Explained): PageAnswer {
  const { texts, passage } = visit
  return {
    title: texts.account.recoveryCodes,
    ...explained,
    content: html`<p>${texts.recoveryCodes.intro}</p>
      ${form(visit, passage.to(PATH), button({ text: texts.recoveryCodes.button }))}
      ${links([{ href: passage.to('/account'), text: texts.cancel }])}`,
  }
}
