// Ids of traces and spans (W3C Trace Context, sections 3.2.2.3 and 3.2.2.4), out of a pool of random bytes: each request takes
// two, in a sample or not.
import { randomFillSync } from 'node:crypto'
import type { IdGenerator } from '@opentelemetry/sdk-trace-base'

const POOL_BYTES = 4096
const TRACE_ID_BYTES = 16
const SPAN_ID_BYTES = 8

export interface TraceIds extends IdGenerator {
  /** The trace that is begun next has this id: whether it is in the sample is decided by the id, before there is a span. */
  expect(traceId: string): void
}

export function createTraceIds(): TraceIds {
  const pool = Buffer.allocUnsafe(POOL_BYTES)
  let taken = POOL_BYTES
  let expected: string | null = null

  function take(bytes: number): string {
    if (taken + bytes > POOL_BYTES) {
      randomFillSync(pool)
      taken = 0
    }
    taken += bytes
    return pool.toString('hex', taken - bytes, taken)
  }

  return {
    expect(traceId) {
      expected = traceId
    },
    generateTraceId() {
      const traceId = expected ?? take(TRACE_ID_BYTES)
      expected = null
      return traceId
    },
    generateSpanId: () => take(SPAN_ID_BYTES),
  }
}
