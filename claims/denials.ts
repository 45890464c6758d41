// The coded errors with which a guarded field answers; graphql-js makes field errors of them.
import { GraphQLError } from 'graphql'
import type { Denial } from './predicates.ts'

/** The coded error of a caller who may not. @param message Default: the text of the error table. */
export function forbidden(message = 'You are not allowed to do this.'): GraphQLError {
  return new GraphQLError(message, { extensions: { code: 'FORBIDDEN' } })
}

/** The coded error of a caller who is not signed in. */
export function unauthenticated(message = 'You need to be signed in.'): GraphQLError {
  const extensions = { code: 'UNAUTHENTICATED', reason: 'CREDENTIALS_MISSING' }
  return new GraphQLError(message, { extensions })
}

/** The coded error of a denial. */
export function denialError(denial: Denial): GraphQLError {
  if (denial.code === 'UNAUTHENTICATED') return unauthenticated()
  if (denial.code === 'FORBIDDEN') return forbidden()
  const { code, maxAgeSeconds } = denial
  const challenge = maxAgeSeconds === undefined ? {} : { maxAgeSeconds }
  return new GraphQLError('Prove who you are once more.', { extensions: { code, challenge } })
}

/** The coded error of a rule that could not be decided: no allowance, and no verdict on the caller. */
export function undecided(cause: unknown): GraphQLError {
  if (cause instanceof GraphQLError && cause.extensions.code !== undefined) return cause
  return new GraphQLError('Access cannot be decided at the moment.', {
    extensions: { code: 'SERVICE_UNAVAILABLE', retryAfterSeconds: 1 },
    originalError: cause instanceof Error ? cause : new Error(String(cause)),
  })
}
