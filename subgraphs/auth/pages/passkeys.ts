// Passkeys on pages: what the browser is to be asked for stands in the page, and the page's script puts the answer into its form.
// Without JavaScript there are none, and nothing of them is shown.
import { type Html, html, type Piece } from '../../../platform/pages/html.ts'
import { button, form } from './fields.ts'
import { operation } from './operation.ts'
import type { Visit } from './page.ts'

/** WebAuthn's options, as JSON. */
export type PasskeyOptions = Readonly<Record<string, unknown>>

export interface PasskeyChallenge {
  readonly verificationId: string
  readonly options: PasskeyOptions
}

export const START_PASSKEY_LOGIN = operation<
  { startPasskeyLogin: PasskeyChallenge },
  { readonly input: Readonly<Record<string, string>> }
>(
  `mutation PageStartPasskeyLogin($input: StartPasskeyLoginInput) {
    startPasskeyLogin(input: $input) { verificationId options }
  }`,
  'nobody',
)

export type Ceremony = 'get' | 'create'

/** The script unhides it, asks the browser at once and again at every press, and sends the form with what it was answered. */
export function passkeyForm(
  visit: Visit,
  of: {
    readonly action: string
    readonly ceremony: Ceremony
    readonly options: PasskeyOptions
    readonly hidden?: Readonly<Record<string, string>>
  },
): Html {
  const hidden = Object.entries({ ...of.hidden, passkey: '' })
  return html`<div hidden data-passkey="${of.ceremony}" data-options="${JSON.stringify(of.options)}">${form(
    visit,
    of.action,
    [
      hidden.map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`),
      button({ text: visit.texts.passkey.use }),
    ],
  )}</div>
      <noscript><p>${visit.texts.passkey.needsScript}</p></noscript>`
}

/** Shown only where the browser knows passkeys. @param fields What else is asked for with it. */
export function passkeyButton(visit: Visit, action: string, fields: Piece = null): Piece {
  return html`<div hidden data-needs-passkeys>${form(visit, action, [
    html`<input type="hidden" name="do" value="passkey">`,
    fields,
    button({ text: visit.texts.passkey.use, isPlain: true }),
  ])}</div>`
}

/** What the script put into the form. Null: nothing that could be an answer. */
export function readPasskey(sent: URLSearchParams): PasskeyOptions | null {
  try {
    const answer: unknown = JSON.parse(sent.get('passkey') ?? '')
    return typeof answer === 'object' && answer !== null && !Array.isArray(answer)
      ? { ...answer }
      : null
  } catch {
    return null
  }
}
