// What is measured of each subgraph. Labels are names of the configuration and words of ours. All of it is counted in place,
// and put into the registry when somebody asks: requests to subgraphs are the most frequent thing that a gateway does.
import { Counter, Gauge, type Registry } from 'prom-client'
import { createHistograms, type Histograms, toMetric } from '../histograms.ts'
import type { BreakerState } from './breaker.ts'

/**
 * What came of a request to a subgraph, however often it was sent: `refused` was never sent as the breaker is open, `shed` as
 * too many waited for a connection.
 */
export const OUTCOMES = [
  'ok',
  'error',
  'unavailable',
  'timeout',
  'refused',
  'shed',
  'cancelled',
] as const
export type SubgraphOutcome = (typeof OUTCOMES)[number]

export interface SubgraphMeasures {
  record(outcome: SubgraphOutcome, ms: number): void
  /** One was sent again. */
  countRetry(): void
  setBreaker(state: BreakerState): void
  /** Its connection is gone. What was counted stays. */
  stop(): void
}

/** The same for every graph that has a subgraph of this name: a swap starts no count anew. */
export type MeasureSubgraph = (subgraph: string) => SubgraphMeasures

const LEVELS: Readonly<Record<BreakerState, number>> = { closed: 0, 'half-open': 1, open: 2 }
/** From an answer out of memory to the longest that most wait. */
const BOUNDS_MS = [1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000]

interface Counts {
  readonly outcomes: Record<SubgraphOutcome, number>
  retries: number
  /**
   * Of each graph that is not drained yet. What is left of an old one may fail for reasons of its own, as at an address that was given
   * up: its breaker must not stand for that of the graph which is served.
   */
  readonly breakers: Set<{ level: number }>
  readonly durations: Histograms
}

export function createSubgraphMeasures(registry: Registry): MeasureSubgraph {
  const known = new Map<string, Counts>()
  register(registry, known)

  return (subgraph) => {
    const counts = known.get(subgraph) ?? newCounts(subgraph)
    known.set(subgraph, counts)
    const breaker = { level: LEVELS.closed }
    counts.breakers.add(breaker)
    return {
      record(outcome, ms) {
        counts.outcomes[outcome] += 1
        if (outcome !== 'refused' && outcome !== 'shed') counts.durations.record(0, ms)
      },
      countRetry() {
        counts.retries += 1
      },
      setBreaker(state) {
        breaker.level = LEVELS[state]
      },
      stop: () => void counts.breakers.delete(breaker),
    }
  }
}

function newCounts(subgraph: string): Counts {
  const outcomes = Object.fromEntries(OUTCOMES.map((name) => [name, 0]))
  return {
    outcomes: outcomes as Counts['outcomes'],
    retries: 0,
    breakers: new Set(),
    durations: createHistograms([subgraph], BOUNDS_MS),
  }
}

function register(registry: Registry, known: ReadonlyMap<string, Counts>): void {
  const registers = [registry]
  new Counter({
    name: 'sallyport_subgraph_requests_total',
    help: 'Requests to a subgraph, by what came of them.',
    labelNames: ['subgraph', 'outcome'],
    registers,
    collect() {
      this.reset()
      for (const [subgraph, { outcomes }] of known) {
        for (const outcome of OUTCOMES) this.inc({ subgraph, outcome }, outcomes[outcome])
      }
    },
  })
  new Counter({
    name: 'sallyport_subgraph_retries_total',
    help: 'Requests that were sent to a subgraph again.',
    labelNames: ['subgraph'],
    registers,
    collect() {
      this.reset()
      for (const [subgraph, { retries }] of known) this.inc({ subgraph }, retries)
    },
  })
  new Gauge({
    name: 'sallyport_breaker_state',
    help: 'The circuit breaker of a subgraph: 0 closed, 1 half open, 2 open.',
    labelNames: ['subgraph'],
    // Of several workers the worst.
    aggregator: 'max',
    registers,
    collect() {
      this.reset()
      for (const [subgraph, { breakers }] of known) {
        const levels = [...breakers].map(({ level }) => level)
        // One that is no longer in the graph has none.
        if (levels.length > 0) this.set({ subgraph }, Math.max(...levels))
      }
    },
  })
  const durations = toMetric({
    name: 'sallyport_subgraph_duration_seconds',
    help: 'How long a subgraph took to answer, all attempts together.',
    label: 'subgraph',
    read: () => [...known.values()].flatMap((counts) => counts.durations.read()),
  })
  registry.registerMetric(durations)
}

/** For a graph whose gateway measures nothing. */
export const unmeasured: MeasureSubgraph = () => ({
  record: () => undefined,
  countRetry: () => undefined,
  setBreaker: () => undefined,
  stop: () => undefined,
})
