// Ids of traces and spans (W3C Trace Context, sections 3.2.2.3 and 3.2.2.4), out of a pool of random bytes that was written as text at
// once: each request takes two, in a sample or not.
import { randomBytes } from 'node:crypto'
import type { IdGenerator } from '@opentelemetry/sdk-trace-base'

const POOL_BYTES = 4096
const TRACE_ID_DIGITS = 32
const SPAN_ID_DIGITS = 16

export interface TraceIds extends IdGenerator {
  /** The trace that is begun next has this id: whether it is in the sample is decided by the id, before there is a span. */
  expect(traceId: string): void
}

export function createTraceIds(): TraceIds {
  let pool = ''
  let taken = 0
  let expected: string | null = null

  function take(digits: number): string {
    if (taken + digits > pool.length) {
      pool = randomBytes(POOL_BYTES).toString('hex')
      taken = 0
    }
    taken += digits
    return pool.slice(taken - digits, taken)
  }

  return {
    expect(traceId) {
      expected = traceId
    },
    generateTraceId() {
      const traceId = expected ?? take(TRACE_ID_DIGITS)
      expected = null
      return traceId
    },
    generateSpanId: () => take(SPAN_ID_DIGITS),
  }
}
