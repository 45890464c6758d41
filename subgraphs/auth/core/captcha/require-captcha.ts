// Beyond a few tries somebody has to show that they are not a program. It stands before the limits and replaces none of them: with a
// captcha as without, the throttle goes on counting. While the service is away nobody passes for it, and waiting is all that helps.
import type { Caller } from '../caller.ts'
import type { AuthDeps } from '../dependencies.ts'
import { AuthError } from '../errors.ts'
import { captchaForm, captchaUrls } from './services.ts'

export interface CaptchaDemand {
  /** Whether the throttle wants one of whoever asks. */
  readonly isNeeded: boolean
  readonly token: string | null | undefined
  /** Until the throttle wants none any more. */
  readonly retryAfterSeconds: number
}

/** A token of either service is shorter (Turnstile: 2048). */
export const MAX_CAPTCHA_TOKEN = 4096

/** @throws AuthError RATE_LIMITED, reason CAPTCHA_REQUIRED, with which service and its site key */
export async function requireCaptcha(
  deps: Pick<AuthDeps, 'config' | 'outgoingFetch' | 'log'>,
  { origin }: Pick<Caller, 'origin'>,
  { isNeeded, token, retryAfterSeconds }: CaptchaDemand,
): Promise<void> {
  const { captcha } = deps.config
  if (captcha === null || !isNeeded) return
  if (token && (await isSolved(deps, captcha, { token, address: origin.ipAddress }))) return
  throw new AuthError('RATE_LIMITED', {
    reason: 'CAPTCHA_REQUIRED',
    message: 'Show that you are not a program, or wait, then try again.',
    captcha: { service: captcha.service, siteKey: captcha.siteKey },
    retryAfterSeconds,
  })
}

type Settings = NonNullable<AuthDeps['config']['captcha']>

async function isSolved(
  { outgoingFetch, log }: Pick<AuthDeps, 'outgoingFetch' | 'log'>,
  settings: Settings,
  solved: { readonly token: string; readonly address: string | null },
): Promise<boolean> {
  try {
    const answer = await outgoingFetch(captchaUrls[settings.service], {
      method: 'POST',
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        accept: 'application/json',
      },
      body: captchaForm(settings, solved),
    })
    const { success, 'error-codes': codes = [] } = (await answer.json()) as {
      success?: unknown
      'error-codes'?: unknown[]
    }
    if (answer.status === 200 && success === true) return true
    // The person can do nothing about these.
    const faults = codes.filter((code) => /secret|sitekey|internal/.test(String(code)))
    if (answer.status >= 500 || faults.length > 0)
      log.error({ service: settings.service, codes: faults }, 'captchas cannot be checked')
    return false
  } catch (error) {
    log.error(
      { service: settings.service, code: (error as Error).name },
      'captchas cannot be checked',
    )
    return false
  }
}
