// Every error that the auth subgraph answers with, in one table (docs/errors.md), and the one place that translates to GraphQL.
import { GraphQLError, type GraphQLFormattedError } from 'graphql'
import { isDatabaseAway, isUnstorable } from './database.ts'

const messages = {
  UNAUTHENTICATED: 'Sign in first.',
  FORBIDDEN: 'You are not allowed to do this.',
  STEP_UP_REQUIRED: 'Confirm that it is you, then try again.',
  CSRF_FAILED: 'This request came from a page that may not use cookies here.',
  INVALID_CREDENTIALS: 'The e-mail address or the password is wrong.',
  INVALID_REFRESH_TOKEN: 'The refresh token is not valid. Log in again.',
  VERIFICATION_FAILED: 'The code is wrong, used or expired.',
  BAD_USER_INPUT: 'The input is not valid.',
  WEAK_PASSWORD: 'Choose a stronger password.',
  CONFLICT: 'This cannot be done in the present state.',
  LAST_ADMIN: 'The last admin cannot be removed.',
  NOT_FOUND: 'There is no such thing.',
  RATE_LIMITED: 'Too many attempts. Wait, then try again.',
  SERVICE_UNAVAILABLE: 'The service is busy or partly away. Try again soon.',
  INTERNAL_SERVER_ERROR: 'Something went wrong.',
} as const

export type AuthErrorCode = keyof typeof messages

export interface AuthErrorDetail {
  readonly message?: string
  /** Machine-readable cause beside the code, as `SESSION_REVOKED`. */
  readonly reason?: string
  readonly fields?: readonly { readonly path: string; readonly message: string }[]
  readonly attemptsRemaining?: number
  readonly retryAfterSeconds?: number
  /** With STEP_UP_REQUIRED: what this person has to confirm with, and how young the proof must be. */
  readonly challenge?: { readonly methods: readonly string[]; readonly maxAgeSeconds?: number }
  /** With reason CAPTCHA_REQUIRED: whose, and the key of the widget. */
  readonly captcha?: { readonly service: string; readonly siteKey: string }
  /** For logs only. */
  readonly cause?: unknown
}

/** `extensions` hold the code and what a client may act on; `cause` stays in the logs. */
export class AuthError extends GraphQLError {
  readonly code: AuthErrorCode

  constructor(code: AuthErrorCode, detail: AuthErrorDetail = {}) {
    const { message, cause, ...extensions } = detail
    super(message ?? messages[code], {
      extensions: { code, ...extensions },
      ...(cause instanceof Error ? { originalError: cause } : {}),
    })
    this.code = code
  }
}

/** One field of the input is wrong, and this is what to do about it. */
export function badInput(path: string, message: string): AuthError {
  return new AuthError('BAD_USER_INPUT', { fields: [{ path, message }], message })
}

/** Apollo Server's formatError: coded errors pass, an absent database is a 503, an impossible value the caller's, the rest says nothing. */
export function formatError(
  formatted: GraphQLFormattedError,
  thrown: unknown,
  log: (error: unknown) => void,
): GraphQLFormattedError {
  const original = originalOf(thrown)
  if (isDatabaseAway(original)) {
    log(original)
    return {
      ...formatted,
      message: messages.SERVICE_UNAVAILABLE,
      extensions: { code: 'SERVICE_UNAVAILABLE', retryAfterSeconds: 2 },
    }
  }
  if (isUnstorable(original)) {
    log(original)
    return badValue(formatted, messages.BAD_USER_INPUT)
  }
  const code = formatted.extensions?.code
  if (code === 'GRAPHQL_VALIDATION_FAILED' && isBadLiteral(original)) {
    return badValue(formatted, original.message)
  }
  if (typeof code === 'string' && code !== 'INTERNAL_SERVER_ERROR') {
    const { stacktrace: _, http: __, ...extensions } = formatted.extensions ?? {}
    return { ...formatted, extensions }
  }
  log(original)
  return {
    ...formatted,
    message: messages.INTERNAL_SERVER_ERROR,
    extensions: { code: 'INTERNAL_SERVER_ERROR' },
  }
}

/** A literal that a scalar refused: the gateway does not know our scalars, so it could not refuse it as it does others. */
function isBadLiteral(original: unknown): original is GraphQLError {
  return original instanceof GraphQLError && original.extensions.code === 'BAD_USER_INPUT'
}

function badValue(formatted: GraphQLFormattedError, message: string): GraphQLFormattedError {
  return { ...formatted, message, extensions: { code: 'BAD_USER_INPUT' } }
}

function originalOf(thrown: unknown): unknown {
  let error = thrown
  while (
    error instanceof GraphQLError &&
    error.originalError !== undefined &&
    error.originalError !== null
  ) {
    error = error.originalError
  }
  return error
}
