// What a refusal of the graph means on a page: its status, a sentence, and the field that it is about.
import type { Refusal } from './operation.ts'
import type { Problem, Visit } from './page.ts'

export interface Explained {
  readonly status: number
  readonly problems: readonly Problem[]
  readonly retryAfterSeconds?: number
}

/** Where a person has as many of something as they can, or it is somebody's already, with the sentence of the page for it. */
export function explainConflict(
  visit: Pick<Visit, 'texts'>,
  refusal: Refusal,
  text: string,
): Explained {
  return refusal.code === 'CONFLICT'
    ? { status: 409, problems: [{ text }] }
    : explain(visit, refusal)
}

/** @param fields Of the form at hand: a problem with any other is told above it alone. */
export function explain(
  { texts: { problems } }: Pick<Visit, 'texts'>,
  refusal: Refusal,
  fields: readonly string[] = [],
): Explained {
  const { code, reason, message, attemptsRemaining } = refusal
  const retryAfterSeconds = Math.max(1, Math.ceil(refusal.retryAfterSeconds ?? 1))
  const at = (name: string) => (fields.includes(name) ? { field: name } : {})
  switch (code) {
    case 'INVALID_CREDENTIALS':
      return fields.includes('currentPassword')
        ? {
            status: 422,
            problems: [{ text: problems.wrongPassword, field: 'currentPassword' }],
          }
        : { status: 422, problems: [{ text: problems.invalidCredentials }] }
    case 'VERIFICATION_FAILED':
      if (attemptsRemaining === undefined)
        return { status: 422, problems: [{ text: problems.wrongCodeHere, ...at('code') }] }
      return attemptsRemaining > 0
        ? {
            status: 422,
            problems: [{ text: problems.wrongCode(attemptsRemaining), ...at('code') }],
          }
        : { status: 410, problems: [{ text: problems.usedUp }] }
    case 'RATE_LIMITED':
      return {
        status: 429,
        problems: [
          {
            text:
              reason === 'CAPTCHA_REQUIRED'
                ? problems.captchaRequired(retryAfterSeconds)
                : problems.rateLimited(retryAfterSeconds),
          },
        ],
        retryAfterSeconds,
      }
    case 'WEAK_PASSWORD':
      return { status: 422, problems: [{ text: problems.weakPassword, ...at('password') }] }
    case 'BAD_USER_INPUT':
      return badInput(refusal, fields, problems)
    case 'FORBIDDEN':
      if (reason === 'ADDRESS_DENIED')
        return { status: 403, problems: [{ text: problems.network }] }
      if (reason === 'SIGN_IN_BLOCKED')
        return { status: 403, problems: [{ text: problems.signInBlocked }] }
      if (reason !== undefined && reason in problems.registration)
        return {
          status: 403,
          problems: [{ text: problems.registration[reason] ?? message, ...at('email') }],
        }
      if (reason === 'FACTOR_REQUIRED')
        return { status: 403, problems: [{ text: factorRequired(refusal, problems) }] }
      if (reason === 'METHOD_NOT_OFFERED')
        return { status: 403, problems: [{ text: problems.notOffered }] }
      // The sentence of a deployment's own hook, or of a setting: written for the person.
      return { status: 403, problems: [{ text: message }] }
    case 'LAST_ADMIN':
    case 'CONFLICT':
    case 'NOT_FOUND':
      return { status: 409, problems: [{ text: conflict(refusal, problems) }] }
    default:
      return { status: 503, problems: [{ text: problems.unavailable }], retryAfterSeconds }
  }
}

type Sentences = Visit['texts']['problems']

/** Of a sign-in that cannot lead to a factor. */
function factorRequired({ retryAfterSeconds }: Refusal, problems: Sentences): string {
  return retryAfterSeconds === undefined
    ? problems.factorRequired
    : problems.factorRequiredLater(Math.max(1, Math.ceil(retryAfterSeconds)))
}

function conflict({ reason }: Refusal, problems: Sentences): string {
  if (reason === 'LAST_WAY_IN') return problems.lastWayIn
  return reason === 'FACTOR_REQUIRED' ? problems.lastFactor : problems.changedMeanwhile
}

function sentences(problems: Sentences): Readonly<Record<string, string>> {
  return { email: problems.badEmail, password: problems.weakPassword }
}

function badInput(refusal: Refusal, fields: readonly string[], problems: Sentences): Explained {
  const names = (refusal.fields ?? [])
    .map(({ path }) => path.split('.').at(-1) ?? '')
    .map((name) => (name === 'newPassword' ? 'password' : name))
  if (names.includes('delivery')) return { status: 400, problems: [{ text: problems.insecure }] }
  const found = names.map((name) => ({
    text: sentences(problems)[name] ?? problems.badInput,
    ...(fields.includes(name) && { field: name }),
  }))
  return { status: 422, problems: found.length > 0 ? found : [{ text: problems.badInput }] }
}
