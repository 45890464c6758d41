// The line of a request in the log: who asked for what, what came of it, and why. Names alone, bounded, and no value of a client.
import type { GraphQLFormattedError } from 'graphql'
import type { GatewayRequest } from '../request.ts'

const MAX_FIELDS = 10
const MAX_NAME = 128

/** The fields of the line. Those that are not known are left out. */
export function describeRequest(request: GatewayRequest, ms: number): Record<string, unknown> {
  const { id, answer, prepared, principal, context, refusal } = request
  const operation = prepared ?? refusal?.operation ?? undefined
  const { code, reason } = outcomeOf(request)
  return {
    requestId: id,
    traceId: request.trace?.traceId,
    operation: operation?.operationName?.slice(0, MAX_NAME),
    operationType: operation?.kind,
    rootFields: operation && boundedNames(operation.rootFields),
    kind: principal?.claims.kind ?? 'unknown',
    status: answer.status,
    code,
    reason,
    denied: prepared?.denied.size || undefined,
    untrusted: request.isUntrusted || undefined,
    ms: Math.round(ms * 10) / 10,
    fetches: context?.fetches ?? 0,
    hash: prepared?.queryHash.slice(0, 16),
    sub: principal?.claims.subject ?? undefined,
  }
}

/** Nearly all are as they were: then nothing is copied. */
function boundedNames(names: readonly string[]): readonly string[] {
  if (names.length <= MAX_FIELDS && names.every(isShort)) return names
  return names.slice(0, MAX_FIELDS).map((name) => name.slice(0, MAX_NAME))
}

function isShort({ length }: string): boolean {
  return length <= MAX_NAME
}

/** Of several errors the first: the others have lines of their own where there is more to say. */
function outcomeOf({ refusal, result }: GatewayRequest): { code?: string; reason?: string } {
  if (refusal !== null) return wordsOf({ code: refusal.code, reason: refusal.logReason })
  const error = result?.errors?.[0] as GraphQLFormattedError | undefined
  return error?.extensions === undefined ? NO_WORDS : wordsOf(error.extensions)
}

const NO_WORDS = {}

function wordsOf({ code, reason }: Readonly<Record<string, unknown>>) {
  return {
    ...(typeof code === 'string' && { code: code.slice(0, MAX_NAME) }),
    ...(typeof reason === 'string' && { reason: reason.slice(0, MAX_NAME) }),
  }
}
