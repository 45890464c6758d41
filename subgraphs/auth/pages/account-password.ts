// `/account/password`: the present password and a new one. Other sessions end; this one gets new cookies.
import { html } from '../../../platform/pages/html.ts'
import { button, field, form, links } from './fields.ts'
import { newPasswordField } from './new-password-field.ts'
import { operation } from './operation.ts'
import { detour, ownPage } from './own.ts'
import type { PageAnswer, Visit } from './page.ts'
import { type Explained, explain } from './refusals.ts'

const CHANGE = operation<
  unknown,
  { readonly input: { readonly currentPassword: string; readonly newPassword: string } }
>(
  `mutation PageChangePassword($input: ChangePasswordInput!) {
    changePassword(input: $input) { session { id } }
  }`,
)

const PATH = '/account/password'

export const accountPassword = ownPage({
  path: PATH,
  needs: [CHANGE],
  show: async (visit) => ask(visit),
  async act(visit) {
    const answer = await visit.ask(CHANGE, {
      input: {
        currentPassword: visit.form.get('currentPassword') ?? '',
        newPassword: visit.form.get('password') ?? '',
      },
    })
    if ('data' in answer) return { location: visit.passage.to('/account', { done: 'password' }) }
    const away = detour(visit, PATH, answer.refusal)
    return away ?? ask(visit, explain(visit, answer.refusal, ['currentPassword', 'password']))
  },
})

function ask(visit: Visit, explained?: Explained): PageAnswer {
  const { texts, passage } = visit
  const problems = explained?.problems ?? []
  return {
    title: texts.account.changePassword,
    ...explained,
    content: html`<p>${texts.account.passwordIntro}</p>
      ${form(visit, passage.to(PATH), [
        field(
          {
            name: 'currentPassword',
            label: texts.account.currentPassword,
            type: 'password',
            autocomplete: 'current-password',
            maxLength: 1024,
            hasFocus: true,
          },
          problems,
        ),
        newPasswordField(texts, problems),
        button({ text: texts.savePassword }),
      ])}
      ${links([
        { href: '/forgot-password', text: texts.account.withoutPassword },
        { href: passage.to('/account'), text: texts.cancel },
      ])}`,
  }
}
