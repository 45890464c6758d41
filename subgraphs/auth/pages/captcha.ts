// The widget of a captcha service, in the answer that asks for one and in no other page: it is made by that service's script, in a frame of
// that service, and leaves its token in the form (Cloudflare Turnstile, "Implicit rendering"; hCaptcha, "Quick start").
import { type Html, html, type Piece } from '../../../platform/pages/html.ts'
import type { CaptchaService } from '../core/captcha/services.ts'
import type { Refusal } from './operation.ts'
import type { Visit } from './page.ts'

interface Widget {
  readonly script: (language: string) => string
  readonly className: string
  /** The field that it puts its token into. */
  readonly field: string
  /** What its makers say that a page's policy has to let in. */
  readonly origins: readonly string[]
}

const widgets: Readonly<Record<CaptchaService, Widget>> = {
  turnstile: {
    script: () => 'https://challenges.cloudflare.com/turnstile/v0/api.js',
    className: 'cf-turnstile',
    field: 'cf-turnstile-response',
    origins: ['https://challenges.cloudflare.com'],
  },
  hcaptcha: {
    script: (language) => `https://js.hcaptcha.com/1/api.js?hl=${language}&recaptchacompat=off`,
    className: 'h-captcha',
    field: 'h-captcha-response',
    origins: ['https://hcaptcha.com', 'https://*.hcaptcha.com'],
  },
}

/** Nothing where none is asked for. */
export function captchaField({ texts, language }: Visit, refusal: Refusal | undefined): Piece {
  const asked = askedFor(refusal)
  if (asked === null) return null
  const { widget, siteKey } = asked
  return html`<div class="field" role="group" aria-label="${texts.captcha.label}">
          <div class="${widget.className}" data-sitekey="${siteKey}" data-language="${language}" data-theme="auto"></div>
          <noscript><p>${texts.captcha.needsScript}</p></noscript>
        </div>
        ${scriptOf(widget, language)}`
}

/** For the policy of the answer that has the field. */
export function captchaGuests(refusal: Refusal | undefined): readonly string[] {
  return askedFor(refusal)?.widget.origins ?? []
}

/** What the widget left, for the input of the operation. */
export function readCaptcha(form: URLSearchParams): { readonly captcha?: string } {
  const token = Object.values(widgets)
    .map(({ field }) => form.get(field))
    .find(Boolean)
  return token ? { captcha: token } : {}
}

function askedFor(refusal: Refusal | undefined): { widget: Widget; siteKey: string } | null {
  if (refusal?.reason !== 'CAPTCHA_REQUIRED' || refusal.captcha === undefined) return null
  const { service, siteKey } = refusal.captcha
  return { widget: widgets[service], siteKey }
}

function scriptOf({ script }: Widget, language: string): Html {
  return html`<script src="${script(language)}" async defer></script>`
}
