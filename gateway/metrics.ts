// What one gateway measures about itself, in the text format that Prometheus reads: GET /metrics of the admin listener.
// Labels are words of our own: what a client or a subgraph writes is not one.
import { Counter, Gauge, Registry } from 'prom-client'
import { readProcess } from '../platform/process-metrics.ts'
import { type CheckCounts, createCheckCounts } from './authenticate/check-counts.ts'
import { createPlanMeasures, type PlanMeasures } from './engine/plan-measures.ts'
import { createHistograms, toMetric } from './histograms.ts'
import { type CountRequest, createRequestCounts } from './http/request-counts.ts'
import type { DocumentOutcome } from './pipeline/document.ts'
import { createStepTimes, type StepTimes } from './pipeline/step-times.ts'
import type { RateScope } from './rate-limits/standing.ts'
import { createSubgraphMeasures, type MeasureSubgraph } from './subgraph/measures.ts'

export interface Metrics {
  /** Counts how long the steps of a pipeline take, under their names. */
  timeSteps(names: readonly string[]): StepTimes
  countRateLimited(scope: RateScope): void
  countDocument(outcome: DocumentOutcome): void
  countSwap(outcome: SwapOutcome): void
  readonly measureSubgraph: MeasureSubgraph
  readonly planMeasures: PlanMeasures
  readonly checks: CheckCounts
  readonly countRequest: CountRequest
  /** A request was turned away because there are too many. */
  countShed(): void
  /** @param ms How late the event loop was. */
  recordLag(ms: number): void
  /** What is looked up when somebody asks. */
  watch(now: {
    plans(): number
    revocationAgeMs(): number
    /** Changes of the graph that an operator has to look at. */
    changesHeld(): number
  }): void
  /** @param limit The name of a limit of ours. */
  countTooComplex(limit: string): void
  /** All of it. */
  text(): Promise<string>
  /** The same for programs of ours. */
  json(): Promise<readonly object[]>
  readonly contentType: string
}

/** `refused`: it is broken. `held`: an operator has to accept it. */
export type SwapOutcome = 'swapped' | 'refused' | 'held'

const LAG_BOUNDS_MS = [1, 5, 10, 25, 50, 100, 200, 500, 1000, 5000]

const STEPS = {
  name: 'sallyport_step_duration_seconds',
  help: 'How long each step of the request path took, for requests that it did not refuse.',
  label: 'step',
}

export function createMetrics(): Metrics {
  const registry = new Registry()
  readProcess(registry)
  const swaps = new Counter({
    name: 'sallyport_graph_swaps_total',
    help: 'Graphs that were to be served instead of the one before, by what came of it.',
    labelNames: ['outcome'],
    registers: [registry],
  })
  const swapsBy = childrenOf(swaps, 'outcome', ['swapped', 'refused', 'held'])
  const documents = new Counter({
    name: 'sallyport_documents_total',
    help: 'Documents that were asked with where there is a manifest, by whether they are of it.',
    labelNames: ['outcome'],
    registers: [registry],
  })
  const rateLimited = new Counter({
    name: 'sallyport_rate_limited_total',
    help: 'Requests that were refused with 429, by the kind of limit.',
    labelNames: ['scope'],
    registers: [registry],
  })
  const limitedBy = childrenOf(rateLimited, 'scope', [
    'address',
    'principal',
    'key',
    'field',
    'key_cost',
  ])
  const documentsBy = childrenOf(documents, 'outcome', ['trusted', 'untrusted'])
  const shed = new Counter({
    name: 'sallyport_shed_total',
    help: 'Requests that were turned away because there are too many (503).',
    registers: [registry],
  })
  const lags = createHistograms(['all'], LAG_BOUNDS_MS)
  registry.registerMetric(
    toMetric({
      name: 'sallyport_event_loop_lag_seconds',
      help: 'How late the event loop was, looked at every 50 ms.',
      label: null,
      read: () => lags.read(),
    }),
  )

  const tooComplex = new Counter({
    name: 'sallyport_operations_too_complex_total',
    help: 'Operations that were refused because they ask for too much, by the limit that they are beyond.',
    labelNames: ['limit'],
    registers: [registry],
  })

  return {
    timeSteps(names) {
      const times = createStepTimes(names)
      const { read } = times
      registry.registerMetric(toMetric({ ...STEPS, read }))
      return times
    },
    measureSubgraph: createSubgraphMeasures(registry),
    planMeasures: createPlanMeasures(registry),
    checks: createCheckCounts(registry),
    countRequest: createRequestCounts(registry),
    countShed: () => shed.inc(),
    recordLag: (ms) => lags.record(0, ms),
    watch: ({ plans, revocationAgeMs, changesHeld }) => {
      gauge('sallyport_plan_cache_entries', {
        help: 'Documents that are kept with what was prepared and planned for them.',
        aggregator: 'sum',
        read: plans,
      })
      gauge('sallyport_revocation_lag_seconds', {
        help: 'Since when nothing is known of revocations.',
        // Of several workers the worst.
        aggregator: 'max',
        read: () => revocationAgeMs() / 1000,
      })
      gauge('sallyport_graph_changes_held', {
        help: 'Changes of the graph that wait until an operator accepts them.',
        // Workers of one gateway hold the same.
        aggregator: 'max',
        read: changesHeld,
      })
    },
    countDocument: (outcome) => documentsBy[outcome].inc(),
    countRateLimited: (scope) => limitedBy[scope].inc(),
    countSwap: (outcome) => swapsBy[outcome].inc(),
    countTooComplex: (limit) => tooComplex.inc({ limit }),
    text: () => registry.metrics(),
    json: () => registry.getMetricsAsJSON(),
    contentType: registry.contentType,
  }

  function gauge(
    name: string,
    of: { readonly help: string; readonly aggregator: 'sum' | 'max'; read(): number },
  ): void {
    new Gauge({
      name,
      help: of.help,
      aggregator: of.aggregator,
      registers: [registry],
      collect() {
        this.set(of.read())
      },
    })
  }
}

/** One for each word of a label: nothing is looked up for a count, and a series that is there from the start shows its first increase. */
function childrenOf<Word extends string>(
  counter: Counter,
  label: string,
  words: readonly Word[],
): Readonly<Record<Word, Counter.Internal>> {
  for (const word of words) counter.inc({ [label]: word }, 0)
  return Object.fromEntries(words.map((word) => [word, counter.labels(word)])) as Record<
    Word,
    Counter.Internal
  >
}
