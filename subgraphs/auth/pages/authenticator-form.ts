// A new authenticator app: what it has to scan, and the first code of it. Used in the account and on the way in.
import { Html, html } from '../../../platform/pages/html.ts'
import { button, field, form } from './fields.ts'
import { codeField } from './methods.ts'
import type { Visit } from './page.ts'
import type { Explained } from './refusals.ts'

export interface Enrolment {
  readonly secret: string
  readonly uri: string
  /** Of auth's own making. */
  readonly qrSvg: string
}

/** @param enrolment Null when the app has it already, and only the code was wrong. */
export function authenticatorForm(
  visit: Visit,
  of: {
    readonly action: string
    readonly enrolment: Enrolment | null
    readonly hidden: Readonly<Record<string, string>>
    readonly explained: Explained | undefined
  },
): Html {
  const { texts } = visit
  return html`${of.enrolment === null ? null : scan(visit, of.enrolment)}
      ${form(visit, of.action, [
        Object.entries(of.hidden).map(
          ([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`,
        ),
        field({ ...codeField(texts.verify, 'TOTP'), hasFocus: false }, of.explained?.problems),
        button({ text: texts.verify.button }),
      ])}`
}

function scan({ texts }: Visit, { secret, uri, qrSvg }: Enrolment): Html {
  return html`<p>${texts.app.scan}</p>
      <div class="qr" role="img" aria-label="${texts.app.qr}">${new Html(qrSvg)}</div>
      <p><a href="${uri}">${texts.app.onThisDevice}</a></p>
      <p>${texts.app.orType} <code>${secret.replace(/.{4}(?=.)/g, '$& ')}</code></p>`
}
