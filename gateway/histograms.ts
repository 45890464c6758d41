// Durations counted in place: nothing is allocated for a value. A histogram of prom-client makes a text and a look-up of its
// labels with each, which costs more than most of what is measured here.
import type { Metric } from 'prom-client'

export interface Histogram {
  /** Of the label: a step, a subgraph. */
  readonly name: string
  /** Cumulative, as Prometheus has it. */
  readonly buckets: readonly { readonly le: number | '+Inf'; readonly count: number }[]
  readonly sumSeconds: number
  readonly count: number
}

export interface Histograms {
  /** @param place in the list of names */
  record(place: number, ms: number): void
  read(): readonly Histogram[]
}

export function createHistograms(
  names: readonly string[],
  boundsMs: readonly number[],
): Histograms {
  const width = boundsMs.length + 1
  const counts = new Float64Array(names.length * width)
  const sums = new Float64Array(names.length)

  return {
    record(index, ms) {
      let bucket = 0
      while (bucket < boundsMs.length && ms > (boundsMs[bucket] ?? 0)) bucket += 1
      const place = index * width + bucket
      counts[place] = (counts[place] ?? 0) + 1
      sums[index] = (sums[index] ?? 0) + ms
    },
    read: () => names.map((name, index) => histogramOf(name, index)),
  }

  function histogramOf(name: string, index: number): Histogram {
    let count = 0
    const buckets = [...boundsMs, Number.POSITIVE_INFINITY].map((bound, bucket) => {
      count += counts[index * width + bucket] ?? 0
      return { le: Number.isFinite(bound) ? bound / 1000 : ('+Inf' as const), count }
    })
    return { name, buckets, sumSeconds: (sums[index] ?? 0) / 1000, count }
  }
}

export interface HistogramMetric {
  readonly name: string
  readonly help: string
  /** What the names of the histograms are. Null: there is one, without a name. */
  readonly label: string | null
  read(): readonly Histogram[]
}

/** For a registry, which asks a metric for nothing but this. */
export function toMetric({ name, help, label, read }: HistogramMetric): Metric {
  const samplesOf = (one: Histogram) => {
    const labels = label === null ? {} : { [label]: one.name }
    return [
      ...one.buckets.map(({ le, count }) => ({
        metricName: `${name}_bucket`,
        labels: { le: String(le), ...labels },
        value: count,
      })),
      { metricName: `${name}_sum`, labels, value: one.sumSeconds },
      { metricName: `${name}_count`, labels, value: one.count },
    ]
  }
  const get = async () => ({
    name,
    help,
    type: 'histogram',
    aggregator: 'sum',
    values: read().flatMap(samplesOf),
  })
  return { name, get } as unknown as Metric
}
