// What a page asks of auth's own graph. There is no second way: the same fields, inputs and access rules as for any client.
import type { CaptchaService } from '../core/captcha/services.ts'

export interface Operation<Data, Variables = object> {
  readonly document: string
  /** As whom. `nobody` for what makes or replaces a credential, as the gateway does it on the graph. Default: the person. */
  readonly as: 'person' | 'nobody'
  /** For the compiler alone. */
  readonly types?: (variables: Variables) => Data
}

export type AnyOperation = Operation<unknown, never>

export function operation<Data, Variables = Record<string, never>>(
  document: string,
  as: Operation<Data>['as'] = 'person',
): Operation<Data, Variables> {
  return { document, as }
}

/** Why it was refused: docs/errors.md. */
export interface Refusal {
  readonly code: string
  readonly message: string
  readonly reason?: string
  readonly fields?: readonly { readonly path: string; readonly message: string }[]
  readonly attemptsRemaining?: number
  /** With STEP_UP_REQUIRED: what this person has to confirm with. */
  readonly challenge?: { readonly methods: readonly string[] }
  /** With the reason CAPTCHA_REQUIRED. */
  readonly captcha?: { readonly service: CaptchaService; readonly siteKey: string }
  readonly retryAfterSeconds?: number
}

export type Answer<Data> = { readonly data: Data } | { readonly refusal: Refusal }
