// Stands in for gateway/metrics.ts in the benchmark: whatever is to be counted is not. The clock is read all the same.
import type { Metrics } from '../../gateway/metrics.ts'

export function createMetrics(): Metrics {
  const nothing = () => undefined
  return {
    timeSteps: () => ({ record: nothing, read: () => [] }),
    countRateLimited: nothing,
    countDocument: nothing,
    countSwap: nothing,
    measureSubgraph: () => ({
      record: nothing,
      countRetry: nothing,
      setBreaker: nothing,
      stop: nothing,
    }),
    planMeasures: { hits: 0, misses: 0, record: nothing },
    checks: { count: nothing, read: () => ({}) },
    countRequest: nothing,
    countShed: nothing,
    recordLag: nothing,
    watch: nothing,
    countTooComplex: nothing,
    text: async () => '',
    json: async () => [],
    contentType: 'text/plain',
  }
}
