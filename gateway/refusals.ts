// The refusals that the HTTP door makes, each in one place with its status and its public text.
import { GatewayError } from './errors.ts'

export function badRequest(message: string, reason?: string): GatewayError {
  return new GatewayError('BAD_REQUEST', { message, ...(reason !== undefined && { reason }) })
}

export function ambiguousCredentials(): GatewayError {
  return badRequest('Send one credential, once.', 'AMBIGUOUS_CREDENTIALS')
}

export function credentialInUrl(): GatewayError {
  return badRequest('Credentials never go into a URL: send them as headers.', 'CREDENTIAL_IN_URL')
}

export function httpsRequired(): GatewayError {
  const message = 'Credentials are taken over HTTPS only. Is the proxy in TRUSTED_PROXIES?'
  return badRequest(message, 'HTTPS_REQUIRED')
}

export function csrfFailed(message: string): GatewayError {
  return new GatewayError('CSRF_FAILED', { message })
}

export function addressDenied(): GatewayError {
  const message = 'The graph cannot be used from this network.'
  return new GatewayError('FORBIDDEN', { message, reason: 'ADDRESS_DENIED' })
}

export function notFound(): GatewayError {
  return new GatewayError('BAD_REQUEST', { status: 404, message: 'There is nothing at this path.' })
}

export function methodNotAllowed(allow: string): GatewayError {
  const message = `Use ${allow}.`
  return new GatewayError('BAD_REQUEST', { status: 405, message, headers: { allow } })
}

export function unsupportedMediaType(message: string): GatewayError {
  return new GatewayError('BAD_REQUEST', { status: 415, message })
}

export function notAcceptable(): GatewayError {
  const message = 'Answers are application/graphql-response+json or application/json.'
  return new GatewayError('BAD_REQUEST', { status: 406, message })
}

export function payloadTooLarge(maxBytes: number): GatewayError {
  const message = `The body is larger than ${maxBytes} bytes.`
  return new GatewayError('BAD_REQUEST', { status: 413, message })
}

/** The client went away while it was sending: nobody reads this. */
export function requestAborted(): GatewayError {
  return badRequest('The request was not sent to its end.')
}

/** Why a 503 was answered, for the log: clients are told to wait, and no more (docs/operators.md). */
export type UnavailableReason =
  | 'OVERLOADED'
  | 'WAITED_TOO_LONG'
  | 'NO_GRAPH'
  | 'AUTH_UNAVAILABLE'
  | 'POLICY_FAILED'
  | 'HOOK_FAILED'

export function serviceUnavailable(logReason: UnavailableReason, cause?: unknown): GatewayError {
  return new GatewayError('SERVICE_UNAVAILABLE', { logReason, cause })
}
