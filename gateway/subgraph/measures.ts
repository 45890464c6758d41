// What is measured of each subgraph. Labels are names of the configuration and words of ours.
import { Counter, Gauge, Histogram, type Registry } from 'prom-client'
import type { BreakerState } from './breaker.ts'

/**
 * What came of a request to a subgraph, however often it was sent: `refused` was never sent as the breaker is open, `shed` as
 * too many waited for a connection.
 */
export type SubgraphOutcome =
  | 'ok'
  | 'error'
  | 'unavailable'
  | 'timeout'
  | 'refused'
  | 'shed'
  | 'cancelled'

export interface SubgraphMeasures {
  record(outcome: SubgraphOutcome, ms: number): void
  /** One was sent again. */
  countRetry(): void
  setBreaker(state: BreakerState): void
}

export type MeasureSubgraph = (subgraph: string) => SubgraphMeasures

const OUTCOMES = ['ok', 'error', 'unavailable', 'timeout', 'refused', 'shed', 'cancelled'] as const
const LEVELS: Readonly<Record<BreakerState, number>> = { closed: 0, 'half-open': 1, open: 2 }
/** Seconds: from an answer out of memory to the longest that most wait. */
const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

export function createSubgraphMeasures(registry: Registry): MeasureSubgraph {
  const registers = [registry]
  const requests = new Counter({
    name: 'sallyport_subgraph_requests_total',
    help: 'Requests to a subgraph, by what came of them.',
    labelNames: ['subgraph', 'outcome'],
    registers,
  })
  const retries = new Counter({
    name: 'sallyport_subgraph_retries_total',
    help: 'Requests that were sent to a subgraph again.',
    labelNames: ['subgraph'],
    registers,
  })
  const durations = new Histogram({
    name: 'sallyport_subgraph_duration_seconds',
    help: 'How long a subgraph took to answer, all attempts together.',
    labelNames: ['subgraph'],
    buckets: BUCKETS,
    registers,
  })
  const breakers = new Gauge({
    name: 'sallyport_breaker_state',
    help: 'The circuit breaker of a subgraph: 0 closed, 1 half open, 2 open.',
    labelNames: ['subgraph'],
    registers,
  })

  return (subgraph) => {
    const counters = new Map(OUTCOMES.map((name) => [name, requests.labels(subgraph, name)]))
    const duration = durations.labels(subgraph)
    breakers.set({ subgraph }, LEVELS.closed)
    retries.inc({ subgraph }, 0)
    return {
      record(outcome, ms) {
        counters.get(outcome)?.inc()
        if (outcome !== 'refused' && outcome !== 'shed') duration.observe(ms / 1000)
      },
      countRetry: () => retries.inc({ subgraph }),
      setBreaker: (state) => breakers.set({ subgraph }, LEVELS[state]),
    }
  }
}

/** For a graph whose gateway measures nothing. */
export const unmeasured: MeasureSubgraph = () => ({
  record: () => undefined,
  countRetry: () => undefined,
  setBreaker: () => undefined,
})
