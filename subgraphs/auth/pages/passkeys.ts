// Passkeys on pages: what the browser is to be asked for stands in the page, and the page's script puts the answer into its form.
// Without JavaScript there are none, and nothing of them is shown.
import { type Html, html, type Piece } from '../../../platform/pages/html.ts'
import { type SignInResult, VERIFICATION } from './begun.ts'
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

export const PROVE_PASSKEY = operation<
  { verifySession: SignInResult },
  { readonly input: { verificationId: string; passkey: PasskeyOptions | null } }
>(
  `mutation PageProvePasskey($input: VerifySessionInput!) {
    verifySession(input: $input) { __typename ${VERIFICATION} }
  }`,
  'nobody',
)

export const START_PASSKEY = operation<{ startPasskey: PasskeyChallenge }>(
  'mutation PageStartPasskey { startPasskey { verificationId options } }',
)
export const CONFIRM_PASSKEY = operation<
  unknown,
  { readonly input: Readonly<Record<string, unknown>> }
>(
  'mutation PageConfirmPasskey($input: ConfirmPasskeyInput!) { confirmPasskey(input: $input) { id } }',
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

/** What it is; where it is asked for after another factor alone it does not stand in for the password. */
export function passkeyIntro({ texts: { passkey }, addable }: Visit): Html {
  return html`<p>${passkey.intro}${addable.passkeySignsIn ? ` ${passkey.signsIn}` : null}</p>`
}

/** Nothing of it is seen: the browser offers it where it fills in the e-mail address. */
export function passkeyOffer(visit: Visit, action: string): Html {
  const { verificationId, options } = visit.offerPasskey()
  const hidden = Object.entries({ do: 'offered-passkey', verificationId, passkey: '' })
  return html`<div hidden data-passkey-offer="${JSON.stringify(options)}">${form(
    visit,
    action,
    hidden.map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`),
  )}</div>`
}

/** What password managers are told, by the names of the browser's methods (WebAuthn, section 5.1.10). */
export function passkeySignals(told: Readonly<Record<string, object>>): Html {
  return html`<div hidden data-passkey-signals="${JSON.stringify(told)}"></div>`
}

/** Nobody has the one that was refused any more: the password manager may forget it for good. */
export function unknownPasskey({ offerPasskey }: Visit, refused: PasskeyOptions = {}): Piece {
  const { rpId } = offerPasskey().options
  if (typeof refused.id !== 'string') return null
  return passkeySignals({ signalUnknownCredential: { rpId, credentialId: refused.id } })
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
