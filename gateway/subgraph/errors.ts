// What leaves of an error that a subgraph or the executor raised: a stable code and little else, never where it happened.
import type { FormattedExecutionResult, GraphQLFormattedError } from 'graphql'
import { publicMessage } from '../errors.ts'
import type { SubgraphFailure } from './failure.ts'

/** Codes that speak about the caller's credential or the request itself: only auth, or the gateway, may say them. */
const AUTH_CODES = new Set([
  'UNAUTHENTICATED',
  'INVALID_CREDENTIALS',
  'INVALID_REFRESH_TOKEN',
  'VERIFICATION_FAILED',
  'CSRF_FAILED',
])
/** A subgraph that says one of these failed, or could not read what the gateway sent. */
const FAILURE_CODES = new Set([
  'BAD_REQUEST',
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'OPERATION_TOO_COMPLEX',
  'OPERATION_RESOLUTION_FAILURE',
  'PERSISTED_QUERY_NOT_FOUND',
  'PERSISTED_QUERY_NOT_SUPPORTED',
  'DOWNSTREAM_SERVICE_ERROR',
  'SUBGRAPH_UNAVAILABLE',
])
const AUTH_REASONS = /^(TOKEN_|SESSION_|CREDENTIALS_|API_KEY_)/
const BUSINESS_CODE = /^[A-Z][A-Z0-9_]{0,63}$/
const MESSAGE_LENGTH = 1000
/**
 * Characters of a path, and of what an error says beside its message. It stands in the answer wherever its entity stands, so a
 * megabyte of a subgraph would become a gigabyte of ours.
 */
const MAX_PATH = 4000
const MAX_EXTENSIONS = 4000
const PASSED = [
  'code',
  'reason',
  'fields',
  'retryAfterSeconds',
  'challenge',
  'captcha',
  'attemptsRemaining',
] as const

/** What the data source adds in development, and what the engine says of a limit; a subgraph cannot send it. */
const KEPT = [...PASSED, 'subgraph', 'subgraphMessage', 'limit', 'value', 'maximum'] as const

const REASON = /^[A-Z][A-Z0-9_]{0,63}$/

type Extensions = Record<string, unknown>

export interface SubgraphAnswer {
  readonly isAuth: boolean
  /** HTTP status of the answer. */
  readonly status: number
}

/** One entry of a subgraph's `errors` as it may go on: message, path and the extensions of the table. */
export function normalizeSubgraphError(
  error: unknown,
  answer: SubgraphAnswer,
): GraphQLFormattedError {
  const { message, path, extensions } = asRecord(error)
  const code = publicCode(asRecord(extensions).code, answer)
  const place = isPath(path) ? { path } : {}
  if (code === 'SUBGRAPH_UNAVAILABLE' || code === 'INTERNAL_SERVER_ERROR') {
    return { message: publicMessage(code), ...place, extensions: { code } }
  }
  const passed = boundedExtensions(pickExtensions(asRecord(extensions)), answer)
  if (!isReason(passed.reason) || (!answer.isAuth && AUTH_REASONS.test(passed.reason))) {
    delete passed.reason
  }
  return { message: boundedText(message), ...place, extensions: { ...passed, code } }
}

/** Whether a client is told less of it than the subgraph said. */
export function isMasked({ extensions }: GraphQLFormattedError): boolean {
  const code = extensions?.code
  return code === 'SUBGRAPH_UNAVAILABLE' || code === 'INTERNAL_SERVER_ERROR'
}

// A word of the table, or of the subgraph's own: never a sentence, which may say what nobody should read.
function isReason(reason: unknown): reason is string {
  return typeof reason === 'string' && REASON.test(reason)
}

/** A subgraph that did not answer, as an error of its answer. */
export function subgraphFailure({
  code,
  retryAfterSeconds,
}: Pick<SubgraphFailure, 'code' | 'retryAfterSeconds'>): GraphQLFormattedError {
  const when = retryAfterSeconds === undefined ? {} : { retryAfterSeconds }
  return { message: publicMessage(code), extensions: { code, ...when } }
}

interface RaisedError {
  readonly message: string
  readonly path?: readonly (string | number)[] | undefined
  readonly extensions?: unknown
}

interface ErrorLogger {
  error(...args: unknown[]): void
}

/** What an executor answered, with its errors as clients see them. */
export function maskedResult(
  { data, errors }: { readonly data?: unknown; readonly errors?: readonly unknown[] },
  requestId: string,
  logger: ErrorLogger,
): FormattedExecutionResult {
  const shown = (data ?? null) as Record<string, unknown> | null
  const masked = maskedErrors(errors ?? [], requestId, logger)
  return masked === null ? { data: shown } : { data: shown, errors: masked }
}

/** The answer of an executor that could not go on. */
export function failedResult(
  error: unknown,
  requestId: string,
  logger: ErrorLogger,
): FormattedExecutionResult {
  return maskedResult({ errors: [error] }, requestId, logger)
}

/**
 * The errors of an executed operation as clients see them, `null` when there are none. Those of a data
 * source are normalised already; whatever else was raised is ours to explain, in the log alone.
 */
export function maskedErrors(
  errors: readonly unknown[],
  requestId: string,
  logger: ErrorLogger,
): GraphQLFormattedError[] | null {
  if (errors.length === 0) return null
  return errors.map((raised) => {
    const error = raised as RaisedError
    const extensions = pickExtensions(asRecord(error.extensions), KEPT)
    const place = isPath(error.path) ? { path: publicPath(error.path) } : {}
    if (typeof extensions.code === 'string' && extensions.code !== 'DOWNSTREAM_SERVICE_ERROR') {
      return { message: error.message, ...place, extensions: { ...extensions, requestId } }
    }
    logger.error({ requestId, err: raised }, 'execution failed')
    const code = 'INTERNAL_SERVER_ERROR'
    return { message: publicMessage(code), ...place, extensions: { code, requestId } }
  })
}

/** As far as it goes in the answer: `@` and `_entities` are words of plans and subgraphs. */
function publicPath(path: readonly (string | number)[]): readonly (string | number)[] {
  const end = path.findIndex((key) => key === '@' || key === '_entities')
  return end < 0 ? path : path.slice(0, end)
}

function publicCode(code: unknown, { isAuth, status }: SubgraphAnswer): string {
  if (typeof code !== 'string' || !BUSINESS_CODE.test(code)) return 'INTERNAL_SERVER_ERROR'
  if (code === 'INTERNAL_SERVER_ERROR' || FAILURE_CODES.has(code)) {
    return code === 'INTERNAL_SERVER_ERROR' ? code : 'SUBGRAPH_UNAVAILABLE'
  }
  // An identity token that a subgraph does not accept is our fault: clients would refresh for ever.
  if (code === 'UNAUTHENTICATED' && status === 401) return 'SUBGRAPH_UNAVAILABLE'
  if (isAuth) return code
  if (AUTH_CODES.has(code) || code === 'SERVICE_UNAVAILABLE') return 'SUBGRAPH_UNAVAILABLE'
  return code
}

function pickExtensions(extensions: Extensions, names: readonly string[] = PASSED): Extensions {
  const entries = names
    .filter((name) => Object.hasOwn(extensions, name))
    .map((name) => [name, extensions[name]])
  return Object.fromEntries(entries)
}

/** Auth has no entities whose errors are many, and tells a browser all that it needs to sign in. */
function boundedExtensions(passed: Extensions, { isAuth }: SubgraphAnswer): Extensions {
  if (isAuth || isShort(passed)) return passed
  const { code, reason } = passed
  return { code, reason }
}

function isShort(extensions: Extensions): boolean {
  try {
    return JSON.stringify(extensions).length <= MAX_EXTENSIONS
  } catch {
    // Nested too deeply to be written.
    return false
  }
}

function boundedText(message: unknown): string {
  if (typeof message !== 'string' || message === '') return 'The request failed.'
  return message.length <= MESSAGE_LENGTH ? message : `${message.slice(0, MESSAGE_LENGTH)}…`
}

function isPath(path: unknown): path is readonly (string | number)[] {
  if (!Array.isArray(path)) return false
  let length = 0
  for (const key of path) {
    if (typeof key !== 'string' && typeof key !== 'number') return false
    length += String(key).length + 1
  }
  return length <= MAX_PATH
}

function asRecord(value: unknown): Extensions {
  return typeof value === 'object' && value !== null ? (value as Extensions) : {}
}
