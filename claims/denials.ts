// The coded errors with which a guarded field answers; graphql-js makes field errors of them.
import { GraphQLError } from 'graphql'
import { challengeOf, denialMessages } from './denial-words.ts'
import type { Denial } from './predicates.ts'

/** The coded error of a caller who may not. @param message Default: the text of the error table. */
export function forbidden(message: string = denialMessages.FORBIDDEN): GraphQLError {
  return new GraphQLError(message, { extensions: { code: 'FORBIDDEN' } })
}

/** The coded error of a caller who is not signed in. */
export function unauthenticated(message: string = denialMessages.UNAUTHENTICATED): GraphQLError {
  const extensions = { code: 'UNAUTHENTICATED', reason: 'CREDENTIALS_MISSING' }
  return new GraphQLError(message, { extensions })
}

/** The coded error of a denial. */
export function denialError(denial: Denial): GraphQLError {
  if (denial.code === 'UNAUTHENTICATED') return unauthenticated()
  if (denial.code === 'FORBIDDEN') return forbidden()
  const { code } = denial
  return new GraphQLError(denialMessages[code], {
    extensions: { code, challenge: challengeOf(denial) },
  })
}

/** The coded error of a rule that could not be decided: no allowance, and no verdict on the caller. */
export function undecided(cause: unknown): GraphQLError {
  if (cause instanceof GraphQLError && cause.extensions.code !== undefined) return cause
  return new GraphQLError('Access cannot be decided at the moment.', {
    extensions: { code: 'SERVICE_UNAVAILABLE', retryAfterSeconds: 1 },
    originalError: cause instanceof Error ? cause : new Error(String(cause)),
  })
}
