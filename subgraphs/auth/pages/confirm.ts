// `/confirm`: whoever is signed in proves that they are still there (step-up), then goes back to where that was asked for.
import { html, type Piece } from '../../../platform/pages/html.ts'
import { factors } from '../factors/factors.ts'
import { type SignInResult, VERIFICATION } from './begun.ts'
import { challengeCookie, clearedChallengeCookie, readChallenge } from './challenge-cookie.ts'
import { button, field, form, links } from './fields.ts'
import { codeField, firstOf, insteadText } from './methods.ts'
import { type Answer, operation } from './operation.ts'
import { detour, ownPage } from './own.ts'
import type { PageAnswer, Problem, Visit } from './page.ts'
import { passkeyButton, passkeyForm, readPasskey, START_PASSKEY_LOGIN } from './passkeys.ts'
import { readPlace } from './places.ts'
import { type Explained, explain } from './refusals.ts'

type Confirmed = { reauthenticate: SignInResult }

const CONFIRM = operation<Confirmed, { readonly input: Readonly<Record<string, unknown>> }>(
  `mutation PageConfirm($input: ReauthenticateInput!) {
    reauthenticate(input: $input) { __typename ${VERIFICATION} }
  }`,
)

const PATH = '/confirm'

export const confirm = ownPage({
  path: PATH,
  needs: [CONFIRM],
  uses: [START_PASSKEY_LOGIN],
  show: async (visit) => ask(visit),
  async act(visit) {
    const method = chosen(visit)
    if (method === 'PASSWORD') {
      const password = visit.form.get('currentPassword') ?? ''
      return settle(visit, await visit.ask(CONFIRM, { input: { password } }))
    }
    if (method === 'PASSKEY') return await byPasskey(visit)
    return method === 'EMAIL_CODE' ? await byMail(visit) : await byFactor(visit, method)
  },
})

async function byMail(visit: Visit): Promise<PageAnswer> {
  const begun = mailed(visit)
  if (visit.form.get('do') !== 'mail' && begun !== null) {
    return settle(visit, await prove(visit, begun.id, 'EMAIL_CODE'))
  }
  const answer = await visit.ask(CONFIRM, { input: { method: 'EMAIL_CODE' } })
  if ('refusal' in answer || answer.data.reauthenticate.__typename === 'SignedIn') {
    return settle(visit, answer)
  }
  const { verification } = answer.data.reauthenticate
  return {
    location: here(visit, 'EMAIL_CODE'),
    cookies: [challengeCookie({ ...verification, began: 'confirm' })],
  }
}

async function byPasskey(visit: Visit): Promise<PageAnswer> {
  const verificationId = visit.form.get('verificationId')
  if (verificationId !== null) {
    const input = { verificationId, method: 'PASSKEY', passkey: readPasskey(visit.form) }
    return settle(visit, await visit.ask(CONFIRM, { input }))
  }
  const begun = await visit.ask(CONFIRM, { input: { method: 'PASSKEY' } })
  if ('refusal' in begun || begun.data.reauthenticate.__typename === 'SignedIn') {
    return settle(visit, begun)
  }
  const { id } = begun.data.reauthenticate.verification
  const started = await visit.ask(START_PASSKEY_LOGIN, { input: { verificationId: id } })
  if ('refusal' in started) return ask(visit, explain(visit, started.refusal))
  return {
    title: visit.texts.verify.title,
    content: html`<p>${visit.texts.verify.passkey}</p>
      ${passkeyForm(visit, {
        action: here(visit, 'PASSKEY'),
        ceremony: 'get',
        options: started.data.startPasskeyLogin.options,
        hidden: { verificationId: id },
      })}
      ${links([{ href: here(visit, 'PASSKEY'), text: visit.texts.verify.startAgain }])}`,
  }
}

/** Nothing has to be sent for it, so that asking and answering are one step for the person. */
async function byFactor(visit: Visit, method: string): Promise<PageAnswer> {
  const begun = await visit.ask(CONFIRM, { input: { method } })
  if ('refusal' in begun || begun.data.reauthenticate.__typename === 'SignedIn') {
    return settle(visit, begun)
  }
  const answer = await prove(visit, begun.data.reauthenticate.verification.id, method)
  const isWrong = 'refusal' in answer && answer.refusal.code === 'VERIFICATION_FAILED'
  if (!isWrong) return settle(visit, answer)
  const text = visit.texts.problems.wrongCodeHere
  return ask(visit, { status: 422, problems: [{ text, field: 'code' }] })
}

async function prove(visit: Visit, verificationId: string, method: string) {
  const code = visit.form.get('code') ?? ''
  return await visit.ask(CONFIRM, { input: { verificationId, method, code } })
}

function settle(visit: Visit, answer: Answer<Confirmed>): PageAnswer {
  if ('refusal' in answer) {
    const explained = explain(visit, answer.refusal, ['currentPassword', 'code'])
    return detour(visit, '/account', answer.refusal) ?? ask(visit, explained)
  }
  const result = answer.data.reauthenticate
  // The password was right, and somebody who holds a further factor is asked for that as well: their token may not know of it yet.
  if (result.__typename === 'VerificationRequired') {
    const methods = result.verification.methods.join(' ')
    return { location: visit.passage.to(PATH, { ...pageOf(visit), methods }) }
  }
  return {
    location: visit.passage.to(readPlace(visit.query, '/account')),
    cookies: [clearedChallengeCookie()],
  }
}

function ask(visit: Visit, explained?: Explained): PageAnswer {
  const { texts } = visit
  const method = chosen(visit)
  const others = methodsOf(visit).filter((one) => one !== method)
  return {
    title: texts.verify.title,
    ...explained,
    content: html`<p>${texts.confirm.intro}</p>
      ${method === 'PASSKEY' ? passkeyButton(visit, here(visit, method)) : form(visit, here(visit, method), fieldsFor(visit, method, explained?.problems ?? []))}
      ${links([
        ...others.map((one) => ({
          href: here(visit, one),
          text: insteadText(texts.verify, one),
        })),
        { href: visit.passage.to('/account'), text: texts.cancel },
      ])}`,
  }
}

function fieldsFor(visit: Visit, method: string, problems: readonly Problem[]): Piece {
  const { verify, ...texts } = visit.texts
  const go = button({ text: verify.button })
  const code = field(codeField(verify, method), problems)
  if (method === 'PASSWORD') {
    const name = 'currentPassword'
    const password = { name, label: texts.password, type: 'password' } as const
    return [
      field(
        { ...password, autocomplete: 'current-password', maxLength: 1024, hasFocus: true },
        problems,
      ),
      go,
    ]
  }
  if (method !== 'EMAIL_CODE') return [code, go]
  const begun = mailed(visit)
  if (begun === null) return button({ text: texts.signIn.withEmail, does: 'mail' })
  return [
    html`<p>${verify.mailed(begun.sentTo ?? '')}</p>`,
    code,
    go,
    button({ text: verify.resend, does: 'mail', isPlain: true, skipsFields: true }),
  ]
}

function mailed({ flowCookies }: Visit) {
  const challenge = readChallenge(flowCookies)
  return challenge?.began === 'confirm' ? challenge : null
}

/** No more than what is shown first: the graph decides what is enough. A provider answers elsewhere. */
function methodsOf({ query, stepUp }: Visit): readonly string[] {
  const isKnown = (one: string) => Object.hasOwn(factors, one) && one !== 'PROVIDER'
  const said = (query.get('methods') ?? '').split(' ').filter(isKnown)
  return said.length > 0 ? said : stepUp
}

function chosen(visit: Visit): string {
  const stepUp = methodsOf(visit)
  const wanted = visit.query.get('with')
  if (wanted !== null && stepUp.includes(wanted)) return wanted
  return firstOf(stepUp) ?? 'EMAIL_CODE'
}

function here(visit: Visit, method: string): string {
  return visit.passage.to(PATH, { ...pageOf(visit), with: method })
}

function pageOf(visit: Visit): Record<string, string> {
  return { page: readPlace(visit.query, '/account'), methods: methodsOf(visit).join(' ') }
}
