// The line of a request in the log: who asked for what, what came of it, and why. Names alone, bounded, and no value of a client.
import type { GraphQLFormattedError } from 'graphql'
import { loggedOperation } from '../operation/logged-operation.ts'
import type { GatewayRequest } from '../request.ts'

const MAX_WORD = 128

/** The members of the line, as JSON without the braces. What is not known is left out. */
export function requestLine(request: GatewayRequest, ms: number): string {
  const { id, trace, answer } = request
  // Of one that was refused these may be missing.
  const { prepared, principal, context, refusal }: Partial<GatewayRequest> = request
  // Both are of characters that JSON takes as they are.
  let text = `"requestId":"${id}"`
  if (trace !== null) text += `,"traceId":"${trace.traceId}"`
  if (prepared !== undefined) text += prepared.logged
  else if (refusal?.operation) text += loggedOperation(refusal.operation)
  text += `,"kind":"${principal?.claims.kind ?? 'unknown'}","status":${answer.status}`
  text += outcomeOf(request)
  if (prepared !== undefined && prepared.denied.size > 0)
    text += `,"denied":${prepared.denied.size}`
  if (request.isUntrusted) text += ',"untrusted":true'
  text += `,"ms":${Math.round(ms * 10) / 10},"fetches":${context?.fetches ?? 0}`
  const subject = principal?.claims.subject ?? null
  return subject === null ? text : `${text},"sub":${JSON.stringify(subject)}`
}

/** Of several errors the first: the others have lines of their own where there is more to say. */
function outcomeOf({ refusal, result }: GatewayRequest): string {
  if (refusal !== null) return wordsOf({ code: refusal.code, reason: refusal.logReason })
  const error = result?.errors?.[0] as GraphQLFormattedError | undefined
  return error?.extensions === undefined ? '' : wordsOf(error.extensions)
}

function wordsOf({ code, reason }: Readonly<Record<string, unknown>>): string {
  return member('code', code) + member('reason', reason)
}

function member(name: string, value: unknown): string {
  return typeof value === 'string' ? `,"${name}":${JSON.stringify(value.slice(0, MAX_WORD))}` : ''
}
