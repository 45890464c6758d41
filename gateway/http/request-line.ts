// The line of a request in the log: who asked for what, what came of it, and why. Names alone, bounded, and no value of a client.
import type { GraphQLFormattedError } from 'graphql'
import type { PreparedOperation } from '../operation/prepared-operation.ts'
import type { GatewayRequest } from '../request.ts'

const MAX_FIELDS = 10
const MAX_NAME = 128

/** The fields of the line. Those that are not known are left out. */
export function describeRequest(request: GatewayRequest, ms: number): Record<string, unknown> {
  const { id, answer, prepared, principal, context, refusal } = request
  const operation = prepared ?? refusal?.operation ?? undefined
  const names = operation === undefined ? NO_NAMES : namesOf(operation)
  const { code, reason } = outcomeOf(request)
  return {
    requestId: id,
    traceId: request.trace?.traceId,
    operation: names.operation,
    operationType: operation?.kind,
    rootFields: names.rootFields,
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

interface OperationNames {
  readonly operation?: string | undefined
  readonly rootFields?: readonly string[]
}

type NamedOperation = Pick<PreparedOperation, 'operationName' | 'rootFields'>

const NO_NAMES: OperationNames = {}
const namesOfOperations = new WeakMap<NamedOperation, OperationNames>()

/** They depend on the document alone, so they are cut once for each. */
function namesOf(operation: NamedOperation): OperationNames {
  const known = namesOfOperations.get(operation)
  if (known !== undefined) return known
  const names = {
    operation: operation.operationName?.slice(0, MAX_NAME),
    rootFields: operation.rootFields.slice(0, MAX_FIELDS).map((name) => name.slice(0, MAX_NAME)),
  }
  namesOfOperations.set(operation, names)
  return names
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
