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
  // The same words and challenge as the gateway's: a client cannot tell which of the two doors refused.
  const { code, missing, maxAgeSeconds } = denial
  const methods = missing.split(' ').includes('mfa') ? ['MFA'] : ['PASSWORD']
  const challenge = { methods, ...(maxAgeSeconds !== undefined && { maxAgeSeconds }) }
  const message = 'Confirm who you are, then try again.'
  return new GraphQLError(message, { extensions: { code, challenge } })
}

/** The coded error of a rule that could not be decided: no allowance, and no verdict on the caller. */
export function undecided(cause: unknown): GraphQLError {
  if (cause instanceof GraphQLError && cause.extensions.code !== undefined) return cause
  return new GraphQLError('Access cannot be decided at the moment.', {
    extensions: { code: 'SERVICE_UNAVAILABLE', retryAfterSeconds: 1 },
    originalError: cause instanceof Error ? cause : new Error(String(cause)),
  })
}
