// Every error that this subgraph answers with, and the one place where the unexpected loses its text.
import { GraphQLError, type GraphQLFormattedError } from 'graphql'
import { isDatabaseAway, isUnstorable } from './database.ts'

const TEXTS = {
  BAD_USER_INPUT: 'The input is not valid.',
  CONFLICT: 'This cannot be done in the present state.',
  NOT_FOUND: 'There is no such thing.',
  SERVICE_UNAVAILABLE: 'The service is busy or partly away. Try again soon.',
  INTERNAL_SERVER_ERROR: 'Something went wrong.',
} as const

export class ReviewsError extends GraphQLError {
  constructor(code: 'CONFLICT' | 'NOT_FOUND', message: string = TEXTS[code]) {
    super(message, { extensions: { code } })
  }
}

/** One field of the input is wrong, and this is what to do about it. */
export class InputError extends GraphQLError {
  constructor(fields: readonly { path: string; message: string }[]) {
    const message = fields[0]?.message ?? TEXTS.BAD_USER_INPUT
    super(message, { extensions: { code: 'BAD_USER_INPUT', fields } })
  }
}

/** Apollo Server's formatError: coded errors pass, an absent database is told, the rest says nothing. */
export function formatError(
  formatted: GraphQLFormattedError,
  thrown: unknown,
  log: (error: unknown) => void,
): GraphQLFormattedError {
  const original = originalOf(thrown)
  if (isDatabaseAway(original)) {
    log(original)
    return replaced(formatted, 'SERVICE_UNAVAILABLE', { retryAfterSeconds: 2 })
  }
  if (isUnstorable(original)) return replaced(formatted, 'BAD_USER_INPUT', {})
  const code = formatted.extensions?.code
  if (typeof code === 'string' && code !== 'INTERNAL_SERVER_ERROR') return formatted
  log(original)
  return replaced(formatted, 'INTERNAL_SERVER_ERROR', {})
}

function replaced(
  formatted: GraphQLFormattedError,
  code: keyof typeof TEXTS,
  more: Readonly<Record<string, unknown>>,
): GraphQLFormattedError {
  return { ...formatted, message: TEXTS[code], extensions: { code, ...more } }
}

function originalOf(thrown: unknown): unknown {
  let error = thrown
  while (error instanceof GraphQLError && error.originalError) error = error.originalError
  return error
}
