// How long each step of the request path takes, counted in place: nothing is allocated for a request, let alone for a step.

export interface StepTimes {
  /** @param step Its place in the table. */
  record(step: number, ms: number): void
  /** As a histogram of Prometheus has it: cumulative. */
  read(): readonly StepHistogram[]
}

export interface StepHistogram {
  readonly step: string
  readonly buckets: readonly { readonly le: number | '+Inf'; readonly count: number }[]
  readonly sumSeconds: number
  readonly count: number
}

/** From a check that is a look-up to a step that waits for subgraphs. */
const BOUNDS_MS = [0.01, 0.05, 0.25, 1, 5, 25, 100, 500, 2500, 10_000] as const
const WIDTH = BOUNDS_MS.length + 1

export function createStepTimes(steps: readonly string[]): StepTimes {
  const counts = new Float64Array(steps.length * WIDTH)
  const sums = new Float64Array(steps.length)

  return {
    record(step, ms) {
      let bucket = 0
      while (bucket < BOUNDS_MS.length && ms > (BOUNDS_MS[bucket] ?? 0)) bucket += 1
      const place = step * WIDTH + bucket
      counts[place] = (counts[place] ?? 0) + 1
      sums[step] = (sums[step] ?? 0) + ms
    },
    read: () => steps.map((step, index) => histogramOf(step, index)),
  }

  function histogramOf(step: string, index: number): StepHistogram {
    let count = 0
    const buckets = [...BOUNDS_MS, Number.POSITIVE_INFINITY].map((bound, bucket) => {
      count += counts[index * WIDTH + bucket] ?? 0
      return { le: Number.isFinite(bound) ? bound / 1000 : ('+Inf' as const), count }
    })
    return { step, buckets, sumSeconds: (sums[index] ?? 0) / 1000, count }
  }
}
