// How often an operation had a plan already, and how long each planner takes for one that had none.
import { Counter, type Registry } from 'prom-client'
import { createHistograms, toMetric } from '../histograms.ts'
import type { Planner, PlannerKind } from './planners/planner.ts'

/** The same for every graph: a swap starts no count anew. */
export interface PlanMeasures {
  /** Counted up with every operation that is run. */
  hits: number
  misses: number
  record(planner: PlannerKind, ms: number): void
}

const PLANNERS = ['hive', 'apollo'] as const satisfies readonly PlannerKind[]
const BOUNDS_MS = [1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 10_000]

export function createPlanMeasures(registry: Registry): PlanMeasures {
  const registers = [registry]
  const durations = createHistograms(PLANNERS, BOUNDS_MS)
  const measures: PlanMeasures = {
    hits: 0,
    misses: 0,
    record: (planner, ms) => durations.record(PLANNERS.indexOf(planner), ms),
  }
  new Counter({
    name: 'sallyport_plan_cache_hits_total',
    help: 'Operations that ran by a plan that was there.',
    registers,
    collect() {
      this.reset()
      this.inc(measures.hits)
    },
  })
  new Counter({
    name: 'sallyport_plan_cache_misses_total',
    help: 'Operations that had to be planned first.',
    registers,
    collect() {
      this.reset()
      this.inc(measures.misses)
    },
  })
  registry.registerMetric(
    toMetric({
      name: 'sallyport_plan_duration_seconds',
      help: 'How long a planner took for one operation, failures included.',
      label: 'planner',
      read: () => durations.read(),
    }),
  )
  return measures
}

/** For an engine whose gateway measures nothing. */
export function unmeasuredPlans(): PlanMeasures {
  return { hits: 0, misses: 0, record: () => undefined }
}

export function timedPlanner(planner: Planner, kind: PlannerKind, measures: PlanMeasures): Planner {
  return {
    ...planner,
    async plan(input, percentage) {
      const startedAt = performance.now()
      try {
        return await planner.plan(input, percentage)
      } finally {
        measures.record(kind, performance.now() - startedAt)
      }
    },
  }
}
