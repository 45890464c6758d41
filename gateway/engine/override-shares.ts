// Progressive `@override(label: "percent(20)")`: a share of the requests goes to another subgraph, and has plans of its own.

export interface OverrideShares {
  /** The share of one request, at random; always 0 where nothing is overridden in part. */
  draw(): number
  /** A percentage within that share. */
  percentageOf(share: number): number
}

/** @param thresholds in percent, ascending */
export function createOverrideShares(thresholds: readonly number[]): OverrideShares {
  if (thresholds.length === 0) return { draw: () => 0, percentageOf: () => 0 }
  const starts = [0, ...new Set(thresholds)]
  return {
    draw() {
      const percentage = Math.random() * 100
      return starts.findLastIndex((start) => start <= percentage)
    },
    percentageOf(share) {
      const start = starts[share] ?? 0
      return (start + (starts[share + 1] ?? 100)) / 2
    },
  }
}
