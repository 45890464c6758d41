// What one gateway measures about itself, in the text format that Prometheus reads: GET /metrics of the admin listener.
// Labels are words of our own: what a client or a subgraph writes is not one.
import { Counter, Registry } from 'prom-client'
import { toMetric } from './histograms.ts'
import type { DocumentOutcome } from './pipeline/document.ts'
import { createStepTimes, type StepTimes } from './pipeline/step-times.ts'
import type { RateScope } from './rate-limits/standing.ts'
import { createSubgraphMeasures, type MeasureSubgraph } from './subgraph/measures.ts'

export interface Metrics {
  /** Counts how long the steps of a pipeline take, under their names. */
  timeSteps(names: readonly string[]): StepTimes
  countRateLimited(scope: RateScope): void
  countDocument(outcome: DocumentOutcome): void
  countSwap(outcome: 'swapped' | 'refused'): void
  readonly measureSubgraph: MeasureSubgraph
  /** @param limit The name of a limit of ours. */
  countTooComplex(limit: string): void
  /** All of it. */
  text(): Promise<string>
  /** The same for programs of ours. */
  json(): Promise<readonly object[]>
  readonly contentType: string
}

const STEPS = {
  name: 'sallyport_step_duration_seconds',
  help: 'How long each step of the request path took, for requests that it did not refuse.',
  label: 'step',
}

export function createMetrics(): Metrics {
  const registry = new Registry()
  const swaps = new Counter({
    name: 'sallyport_graph_swaps_total',
    help: 'Graphs that were to be served instead of the one before, by what came of it.',
    labelNames: ['outcome'],
    registers: [registry],
  })

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
    countDocument: (outcome) => documents.inc({ outcome }),
    countRateLimited: (scope) => rateLimited.inc({ scope }),
    countSwap: (outcome) => swaps.inc({ outcome }),
    countTooComplex: (limit) => tooComplex.inc({ limit }),
    text: () => registry.metrics(),
    json: () => registry.getMetricsAsJSON(),
    contentType: registry.contentType,
  }
}
