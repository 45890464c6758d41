// An error as a field of a log line: named parts of a known length, whatever a library hung on it.
import { safeText } from './redact.ts'

export interface DescribedError {
  readonly type: string
  readonly message: string
  /** Of the system, of PostgreSQL or of ours. */
  readonly code?: string
  /** Where in an answer it belongs. */
  readonly path?: string
  readonly constraint?: string
  readonly stack?: string
  readonly cause?: DescribedError
}

const MAX_CAUSES = 4
const MAX_STACK = 2000
const MAX_NAME = 100

/** Never the whole object: errors of a database library carry connections, statements and rows. */
export function describeError(error: unknown): DescribedError {
  return describe(error, MAX_CAUSES)
}

function describe(error: unknown, causes: number): DescribedError {
  if (!(error instanceof Error)) return describeThrown(error)
  const { code, path, constraint, extensions } = error as Error & Readonly<Record<string, unknown>>
  const known = code ?? (extensions as { code?: unknown } | undefined)?.code
  const cause = causeOf(error)
  return {
    type: safeText(error.name, MAX_NAME),
    message: safeText(error.message),
    ...(isWord(known) && { code: safeText(String(known), MAX_NAME) }),
    ...(Array.isArray(path) && { path: safeText(path.join('.'), MAX_NAME) }),
    ...(isWord(constraint) && { constraint: safeText(String(constraint), MAX_NAME) }),
    ...framesOf(error),
    ...(cause !== undefined && causes > 0 && { cause: describe(cause, causes - 1) }),
  }
}

// What another realm or a formatted GraphQL error is: no Error, but with a message.
function describeThrown(thrown: unknown): DescribedError {
  if (typeof thrown !== 'object' || thrown === null) {
    return { type: typeof thrown, message: safeText(String(thrown)) }
  }
  const { message, path, extensions } = thrown as Readonly<Record<string, unknown>>
  const code = (extensions as { code?: unknown } | undefined)?.code
  return {
    type: 'object',
    message: safeText(typeof message === 'string' ? message : 'something that is not an error'),
    ...(isWord(code) && { code: safeText(String(code), MAX_NAME) }),
    ...(Array.isArray(path) && { path: safeText(path.join('.'), MAX_NAME) }),
  }
}

/** Of a host with several addresses each has its error, and the one around them says nothing. */
function causeOf(error: Error): unknown {
  const { cause, originalError, errors } = error as Error & {
    readonly originalError?: unknown
    readonly errors?: unknown
  }
  return cause ?? originalError ?? (Array.isArray(errors) ? errors.at(-1) : undefined) ?? undefined
}

// The message stands above them once more, at any length.
function framesOf({ stack }: Error): { stack?: string } {
  const start = stack?.indexOf('\n    at ') ?? -1
  return stack === undefined || start < 0
    ? {}
    : { stack: safeText(stack.slice(start + 5), MAX_STACK) }
}

function isWord(value: unknown): value is string | number {
  return typeof value === 'string' || typeof value === 'number'
}
