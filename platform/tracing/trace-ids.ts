// Ids of traces and spans (W3C Trace Context, sections 3.2.2.3 and 3.2.2.4), out of a pool of random bytes that was written as text at
// once: each request takes two, in a sample or not.
import { randomBytes } from 'node:crypto'

export interface TraceIds {
  nextTraceId(): string
  nextSpanId(): string
}

const POOL_BYTES = 4096
const TRACE_ID_DIGITS = 32
const SPAN_ID_DIGITS = 16

export function createTraceIds(): TraceIds {
  let pool = ''
  let taken = 0

  function take(digits: number): string {
    if (taken + digits > pool.length) {
      pool = randomBytes(POOL_BYTES).toString('hex')
      taken = 0
    }
    taken += digits
    return pool.slice(taken - digits, taken)
  }

  return {
    nextTraceId: () => take(TRACE_ID_DIGITS),
    nextSpanId: () => take(SPAN_ID_DIGITS),
  }
}
