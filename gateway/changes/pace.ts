// How often a subgraph whose SDL comes by itself may change the graph. Each change is composed for seconds and costs a gateway its plans;
// one that says something else whenever it is asked would cost that for ever.

export interface Pace {
  /** Whether a change of this subgraph may be taken now. One that may not counts for nothing. */
  takes(name: string): boolean
}

/** So many at once, more than a busy day of deployments has; then one within each half minute. */
const AT_ONCE = 100
const EVERY_MS = 30_000

/** @param monotonic Milliseconds that never jump. */
export function createPace(monotonic: () => number): Pace {
  /** When all that was taken has been waited for. */
  const paidAt = new Map<string, number>()

  return {
    takes(name) {
      const now = monotonic()
      const next = Math.max(paidAt.get(name) ?? now, now) + EVERY_MS
      if (next - now > AT_ONCE * EVERY_MS) return false
      paidAt.set(name, next)
      return true
    },
  }
}
