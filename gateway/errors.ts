// The one table of error codes (docs/errors.md): what a refusal says, its HTTP status and its headers.
import { dpopAlgorithms } from '@sallyport/claims/dpop'
import {
  challengeOf,
  type Denial,
  denialMessages,
  type StepUpChallenge,
} from '@sallyport/claims/predicates'
import type { SourceLocation } from 'graphql'

/** Codes that the gateway itself raises, each with its status as a request error and its public text. */
const REQUEST_ERRORS = {
  UNAUTHENTICATED: { status: 401, message: denialMessages.UNAUTHENTICATED },
  FORBIDDEN: { status: 403, message: denialMessages.FORBIDDEN },
  STEP_UP_REQUIRED: { status: 403, message: denialMessages.STEP_UP_REQUIRED },
  CSRF_FAILED: { status: 403, message: 'The request did not prove where it comes from.' },
  RATE_LIMITED: { status: 429, message: 'Too many requests. Wait, then try again.' },
  BAD_REQUEST: { status: 400, message: 'The request is malformed.' },
  // Status and message are the protocol's: clients of Apollo read them, and send the document.
  PERSISTED_QUERY_NOT_SUPPORTED: { status: 200, message: 'PersistedQueryNotSupported' },
  PERSISTED_QUERY_NOT_FOUND: { status: 200, message: 'PersistedQueryNotFound' },
  DOCUMENT_NOT_TRUSTED: {
    status: 400,
    message: 'This document is not one of those that are trusted here.',
  },
  GRAPHQL_PARSE_FAILED: { status: 400, message: 'The document cannot be parsed.' },
  GRAPHQL_VALIDATION_FAILED: { status: 400, message: 'The document does not fit the schema.' },
  OPERATION_TOO_COMPLEX: { status: 400, message: 'The operation is too complex.' },
  OPERATION_UNSUPPORTED: {
    status: 400,
    message: 'This graph cannot answer the operation as it is: ask for its parts apart.',
  },
  SUBGRAPH_UNAVAILABLE: { status: 503, message: 'Part of the graph is unavailable.' },
  SUBGRAPH_INVALID_RESPONSE: {
    status: 502,
    message: 'A part of the graph did not answer as its schema says.',
  },
  SUBGRAPH_TIMEOUT: { status: 503, message: 'Part of the graph did not answer in time.' },
  SERVICE_UNAVAILABLE: { status: 503, message: 'The service is unavailable. Try again.' },
  INTERNAL_SERVER_ERROR: { status: 500, message: 'Something went wrong on our side.' },
} as const satisfies Record<string, { status: number; message: string }>

export type GatewayErrorCode = keyof typeof REQUEST_ERRORS

export const GATEWAY_ERROR_CODES = Object.keys(REQUEST_ERRORS) as readonly GatewayErrorCode[]

export type UnauthenticatedReason =
  | 'TOKEN_EXPIRED'
  | 'TOKEN_STALE'
  | 'TOKEN_INVALID'
  | 'CREDENTIALS_MISSING'
  | 'SESSION_REVOKED'
  | 'API_KEY_INVALID'

export interface GatewayErrorOptions {
  /** Public text. Default: the table's. */
  readonly message?: string
  readonly reason?: string
  /** Default: the table's. Only for statuses that share a code, such as 413 or 405 with BAD_REQUEST. */
  readonly status?: number
  /** Sent as `Retry-After` too. Default: 1 with RATE_LIMITED and SERVICE_UNAVAILABLE. */
  readonly retryAfterSeconds?: number
  readonly challenge?: StepUpChallenge
  /** Which limit an operation is beyond, and how far. */
  readonly exceeded?: {
    readonly limit: string
    readonly value: number
    readonly maximum: number
  }
  /** Where in the document, in development. */
  readonly locations?: readonly SourceLocation[]
  readonly headers?: Readonly<Record<string, string>>
  /** For the log alone. */
  readonly cause?: unknown
  /** More than clients are told, as a word for the request's line in the log. Default: `reason`. */
  readonly logReason?: string
}

/** What is known of an operation that was refused, for the log. */
export interface RefusedOperation {
  readonly operationName: string | null
  readonly kind: string
  readonly rootFields: readonly string[]
}

/** A refusal before anything ran: no data, one error, the table's status. */
export class GatewayError extends Error {
  override readonly name = 'GatewayError'
  readonly code: GatewayErrorCode
  readonly status: number
  readonly extensions: Readonly<Record<string, unknown>>
  readonly headers: Readonly<Record<string, string>>
  readonly logReason: string | undefined
  readonly locations: readonly SourceLocation[] | undefined
  /** Where the document was read, and refused after that. */
  operation: RefusedOperation | null = null

  constructor(code: GatewayErrorCode, options: GatewayErrorOptions = {}) {
    super(options.message ?? REQUEST_ERRORS[code].message, { cause: options.cause })
    this.code = code
    this.locations = options.locations
    this.logReason = options.logReason ?? options.reason ?? options.exceeded?.limit
    this.status = options.status ?? REQUEST_ERRORS[code].status
    const retryAfterSeconds = options.retryAfterSeconds ?? defaultRetryAfter(code)
    this.extensions = Object.freeze({
      code,
      ...(options.reason !== undefined && { reason: options.reason }),
      ...options.exceeded,
      ...(options.challenge && { challenge: options.challenge }),
      ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
    })
    this.headers = Object.freeze({
      ...(this.status === 401 && { 'www-authenticate': authenticateHeader(options) }),
      ...(retryAfterSeconds !== undefined && {
        'retry-after': String(Math.ceil(retryAfterSeconds)),
      }),
      ...options.headers,
    })
  }
}

/** The public text of a code, for errors that came from elsewhere. */
export function publicMessage(code: GatewayErrorCode): string {
  return REQUEST_ERRORS[code].message
}

/** Any thrown value as a refusal: what is not ours becomes INTERNAL_SERVER_ERROR and keeps its cause for the log. */
export function toGatewayError(error: unknown): GatewayError {
  if (error instanceof GatewayError) return error
  return new GatewayError('INTERNAL_SERVER_ERROR', { cause: error })
}

/** What a failed access rule answers. @param reason Why nobody is signed in, when that is so. */
export function errorFromDenial(
  denial: Denial,
  reason: UnauthenticatedReason = 'CREDENTIALS_MISSING',
): GatewayError {
  if (denial.code === 'UNAUTHENTICATED') return new GatewayError('UNAUTHENTICATED', { reason })
  if (denial.code === 'FORBIDDEN') return new GatewayError('FORBIDDEN')
  return new GatewayError('STEP_UP_REQUIRED', { challenge: challengeOf(denial) })
}

/** The same for what acts by an OAuth token: where a scope is what it lacks, it may ask its person for more (RFC 6750, 3.1). */
export function errorForApp(denial: Denial): GatewayError {
  if (denial.code !== 'FORBIDDEN' || !/^scopes? /.test(denial.missing))
    return errorFromDenial(denial)
  // Those of the graph are everybody's to know; of others a refusal names none.
  const named = GRAPH_SCOPES[denial.missing]
  const challenge = `Bearer realm="sallyport", error="insufficient_scope"`
  return new GatewayError('FORBIDDEN', {
    headers: { 'www-authenticate': named ? `${challenge}, scope="${named}"` : challenge },
  })
}

const GRAPH_SCOPES: Readonly<Record<string, string>> = {
  'scope graph': 'graph',
  'scope graph:write': 'graph graph:write',
}

export interface ErrorBody {
  readonly errors: readonly [
    {
      message: string
      locations?: readonly SourceLocation[]
      extensions: Record<string, unknown>
    },
  ]
}

/** The body of a refused request: no `data`. */
export function errorBody(error: GatewayError, requestId: string): ErrorBody {
  const { message, locations } = error
  const extensions = { ...error.extensions, requestId }
  return { errors: [{ message, ...(locations && { locations }), extensions }] }
}

export type ResponseMediaType =
  | 'application/graphql-response+json; charset=utf-8'
  | 'application/json; charset=utf-8'

/** Nobody names more of them in earnest, and a header of nothing but commas has sixteen thousand. */
const MAX_MEDIA_RANGES = 100

/**
 * The response type for an `Accept` header (GraphQL over HTTP, section 5): graphql-response+json only
 * where the client names it, json for everybody else; `null` when neither is acceptable.
 */
export function negotiateMediaType(accept: string | undefined): ResponseMediaType | null {
  const usual = accept === undefined || accept === 'application/json' || accept === '*/*'
  if (usual || accept.trim() === '') return 'application/json; charset=utf-8'
  const ranges = accept.split(',', MAX_MEDIA_RANGES).map(parseRange)
  const quality = (type: string) => ranges.find((range) => range.type === type)?.quality
  const any = quality('application/*') ?? quality('*/*') ?? 0
  const graphql = quality('application/graphql-response+json') ?? 0
  const json = quality('application/json') ?? any
  if (graphql > 0 && graphql >= json) return 'application/graphql-response+json; charset=utf-8'
  return json > 0 ? 'application/json; charset=utf-8' : null
}

function parseRange(range: string): { type: string; quality: number } {
  const [type = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase())
  const q = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2)
  const quality = q === undefined ? 1 : Number(q)
  return { type, quality: Number.isFinite(quality) ? quality : 0 }
}

function defaultRetryAfter(code: GatewayErrorCode): number | undefined {
  return code === 'RATE_LIMITED' || code === 'SERVICE_UNAVAILABLE' ? 1 : undefined
}

// RFC 6750 section 3: no error code when no credential was sent, invalid_token for one that failed.
function authenticateHeader({ reason, logReason }: GatewayErrorOptions): string {
  if (logReason === 'DPOP_PROOF_INVALID') return DPOP_CHALLENGE
  const realm = 'Bearer realm="sallyport"'
  if (reason === undefined || reason === 'CREDENTIALS_MISSING' || reason === 'API_KEY_INVALID') {
    return realm
  }
  return `${realm}, error="invalid_token", error_description="${reason}"`
}

/** RFC 9449, 7.1: the token may be good, and what is missing is a proof of its key. */
const DPOP_CHALLENGE = `DPoP realm="sallyport", error="invalid_dpop_proof", algs="${dpopAlgorithms.join(' ')}"`
