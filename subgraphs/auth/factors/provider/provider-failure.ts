// What a client is told of a provider that did not answer, or not rightly. What went wrong exactly is for the log alone: it may hold codes.
import { AuthError } from '../../core/errors.ts'
import type { ProviderSettings } from './protocol.ts'

/** Codes of `openid-client` for an answer that came and is not right. */
const WRONG_ANSWERS: readonly string[] = [
  'OAUTH_INVALID_RESPONSE',
  'OAUTH_JSON_ATTRIBUTE_COMPARISON_FAILED',
  'OAUTH_JWT_CLAIM_COMPARISON_FAILED',
  'OAUTH_JWT_TIMESTAMP_CHECK_FAILED',
  'OAUTH_KEY_SELECTION_FAILED',
  'OAUTH_PARSE_ERROR',
  'OAUTH_RESPONSE_BODY_ERROR',
  'OAUTH_UNSUPPORTED_OPERATION',
  'OAUTH_WWW_AUTHENTICATE_CHALLENGE',
]

export function providerFailure({ name }: ProviderSettings, error: unknown): AuthError {
  if (error instanceof AuthError) return error
  const { code, status } = describeFailure(error)
  if (code === 'OAUTH_AUTHORIZATION_RESPONSE_ERROR') {
    return new AuthError('VERIFICATION_FAILED', {
      reason: 'PROVIDER_REFUSED',
      message: `${name} did not sign you in.`,
      attemptsRemaining: 0,
    })
  }
  if (WRONG_ANSWERS.includes(code) && status < 500) return wrongAnswer(name)
  return new AuthError('SERVICE_UNAVAILABLE', {
    reason: 'PROVIDER_UNAVAILABLE',
    message: `${name} does not answer at present. Try again, or sign in another way.`,
    retryAfterSeconds: 10,
  })
}

export function wrongAnswer(name: string): AuthError {
  return new AuthError('VERIFICATION_FAILED', {
    reason: 'PROVIDER_ANSWER_INVALID',
    message: `The sign-in with ${name} did not work. Begin again.`,
    attemptsRemaining: 0,
  })
}

/** For the log and the audit trail: never the message, which may quote what was sent. */
export function describeFailure(error: unknown): { code: string; status: number } {
  const { code, status, cause } = error as { code?: unknown; status?: unknown; cause?: unknown }
  const inner = cause as { code?: unknown; status?: unknown } | undefined
  return {
    code: String(code ?? inner?.code ?? (error as Error).name),
    status: Number(status ?? inner?.status ?? 0),
  }
}
