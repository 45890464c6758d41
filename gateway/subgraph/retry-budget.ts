// How many requests may be sent again: a share of those that are sent. Without it, a subgraph that is slow because it has too
// much to do gets several times as much.

export interface RetryBudget {
  /** A request is sent for the first time. */
  earn(): void
  /** Whether one may be sent again. */
  spend(): boolean
}

/** What a quiet subgraph may have at once: its first failures are sent again too. */
const RESERVE = 10

export function createRetryBudget(percent: number): RetryBudget {
  const share = percent / 100
  let left = share === 0 ? 0 : RESERVE
  return {
    earn() {
      left = Math.min(RESERVE, left + share)
    },
    spend() {
      if (left < 1) return false
      left -= 1
      return true
    },
  }
}
