// `/sign-up`: e-mail address and password; the account appears once the mailed code was entered at `/verify`.
import { html } from '../../../platform/pages/html.ts'
import { type AskedFor, goOn, VERIFICATION } from './begun.ts'
import { captchaField, captchaGuests, readCaptcha } from './captcha.ts'
import { button, field, form, links } from './fields.ts'
import { newPasswordField } from './new-password-field.ts'
import { operation, type Refusal } from './operation.ts'
import type { Page, PageAnswer, Visit } from './page.ts'
import { explain } from './refusals.ts'
import { unavailable, WAYS_IN } from './ways-in.ts'

const REGISTER = operation<
  { register: AskedFor },
  { readonly input: Readonly<Record<string, string>> }
>(
  `mutation PageRegister($input: RegisterInput!) { register(input: $input) { __typename ${VERIFICATION} } }`,
  'nobody',
)

export const signUp: Page = {
  path: '/sign-up',
  needs: [REGISTER, WAYS_IN],
  show: async (visit) => await showForm(visit, {}),
  async act(visit) {
    const email = visit.form.get('email') ?? ''
    const password = visit.form.get('password')
    const fullName = visit.form.get('fullName') ?? ''
    const answer = await visit.ask(REGISTER, {
      input: {
        email,
        fullName,
        ...(password !== null && { password }),
        delivery: 'COOKIE',
        ...readCaptcha(visit.form),
      },
    })
    if ('refusal' in answer) {
      return await showForm(visit, { email, fullName, refusal: answer.refusal })
    }
    return goOn(visit, answer.data.register, 'sign-up')
  },
}

/** Whether a sign-in page leads here. */
export function takesRegistrations({ registration }: Pick<Visit, 'registration'>): boolean {
  return registration === 'open' || registration === 'domains'
}

async function showForm(
  visit: Visit,
  typed: {
    readonly email?: string
    readonly fullName?: string
    readonly refusal?: Refusal
  },
): Promise<PageAnswer> {
  const { texts, passage } = visit
  const title = texts.signUp.title(visit.productName)
  const back = links([{ href: passage.to('/sign-in', { again: '1' }), text: texts.signUp.present }])
  if (!takesRegistrations(visit)) {
    return { title, content: html`<p>${texts.signUp.closed}</p>${back}` }
  }
  const ways = await visit.ask(WAYS_IN, {})
  if ('refusal' in ways) return unavailable(visit, ways.refusal)
  const explained =
    typed.refusal === undefined
      ? { problems: [] }
      : explain(visit, typed.refusal, ['email', 'password', 'fullName'])
  const { problems } = explained
  return {
    title,
    ...explained,
    guests: captchaGuests(typed.refusal),
    content: html`${form(visit, passage.to('/sign-up'), [
      field(
        {
          name: 'email',
          label: texts.email,
          type: 'email',
          autocomplete: 'username',
          ...(typed.email && { value: typed.email }),
          hasFocus: true,
        },
        problems,
      ),
      field(
        {
          name: 'fullName',
          label: texts.signUp.fullName,
          autocomplete: 'name',
          ...(typed.fullName && { value: typed.fullName }),
          isRequired: false,
          maxLength: 200,
        },
        problems,
      ),
      ways.data.signInMethods.password ? newPasswordField(texts, problems, texts.password) : null,
      captchaField(visit, typed.refusal),
      button({ text: texts.signUp.button }),
    ])}${back}`,
  }
}
