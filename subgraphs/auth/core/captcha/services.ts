// The services that can tell people from programs, and what each is asked (Cloudflare Turnstile and hCaptcha, "Server-side validation").
import type { Secret } from '../../../../platform/secret.ts'

export const CAPTCHA_SERVICES = ['turnstile', 'hcaptcha'] as const
export type CaptchaService = (typeof CAPTCHA_SERVICES)[number]

export interface CaptchaSettings {
  readonly service: CaptchaService
  /** Public: the client's widget is made with it. */
  readonly siteKey: string
  readonly secret: Secret<string>
}

export const captchaUrls: Readonly<Record<CaptchaService, string>> = {
  turnstile: 'https://challenges.cloudflare.com/turnstile/v0/siteverify',
  hcaptcha: 'https://api.hcaptcha.com/siteverify',
}

export function captchaForm(
  { service, siteKey, secret }: CaptchaSettings,
  { token, address }: { readonly token: string; readonly address: string | null },
): URLSearchParams {
  const form = new URLSearchParams({ secret: secret.release(), response: token })
  if (address !== null) form.set('remoteip', address)
  // Else a token of another site with the same secret would do.
  if (service === 'hcaptcha') form.set('sitekey', siteKey)
  return form
}
