// Figures of measured times.

/** The value below which this part of the samples lies: `percentile(times, 0.99)`. */
export function percentile(samples: readonly number[], part: number): number {
  const sorted = [...samples].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN
}

/**
 * How well a threshold on time tells two kinds apart (area under the ROC curve): 0.5 not at all, 1 always.
 * Which of them is slower does not matter.
 */
export function separability(a: readonly number[], b: readonly number[]): number {
  const all = [
    ...a.map((time) => ({ time, isA: true })),
    ...b.map((time) => ({ time, isA: false })),
  ]
  all.sort((x, y) => x.time - y.time)
  const rankSum = all.reduce((sum, { isA }, index) => (isA ? sum + index + 1 : sum), 0)
  const area = (rankSum - (a.length * (a.length + 1)) / 2) / (a.length * b.length)
  return Math.max(area, 1 - area)
}
