// W3C Trace Context: which trace a request belongs to. It is passed on whether we trace or not.
import type { IncomingHttpHeaders } from 'node:http'

export interface TraceContext {
  readonly traceId: string
  readonly spanId: string
  readonly isSampled: boolean
  /** Of other tracing systems: passed on as it came. */
  readonly tracestate: string | null
}

// Section 3.2. Versions to come may have more behind the flags.
const TRACEPARENT =
  /^(?!ff)[\da-f]{2}-(?!0{32})([\da-f]{32})-(?!0{16})([\da-f]{16})-([\da-f]{2})(?:-.*)?$/
/** Section 3.3.1.5: so much has to be passed on. */
const MAX_TRACESTATE = 512

/** Null: there is none, or it is not one, which counts as none. */
export function readTraceContext({
  traceparent,
  tracestate,
}: IncomingHttpHeaders): TraceContext | null {
  if (typeof traceparent !== 'string') return null
  const [, traceId, spanId, flags] = TRACEPARENT.exec(traceparent) ?? []
  if (traceId === undefined || spanId === undefined || flags === undefined) return null
  const isPassed =
    typeof tracestate === 'string' && tracestate !== '' && tracestate.length <= MAX_TRACESTATE
  return {
    traceId,
    spanId,
    isSampled: (Number.parseInt(flags, 16) & 1) === 1,
    tracestate: isPassed ? tracestate : null,
  }
}

/** Names and values in turn. */
export function traceHeaders(context: TraceContext): string[] {
  const { traceId, spanId, isSampled, tracestate } = context
  const headers = ['traceparent', `00-${traceId}-${spanId}-${isSampled ? '01' : '00'}`]
  if (tracestate !== null) headers.push('tracestate', tracestate)
  return headers
}
