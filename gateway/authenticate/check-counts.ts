// How many requests came with a good credential, and how many were refused for which reason. Counted, and audited nowhere:
// there are too many, and nothing changes by them.
export interface CheckCounts {
  /** @param verdict `accepted`, or the reason of the refusal */
  count(verdict: string): void
  read(): Readonly<Record<string, number>>
}

export function createCheckCounts(): CheckCounts {
  const counts = new Map<string, number>()
  return {
    count: (verdict) => void counts.set(verdict, (counts.get(verdict) ?? 0) + 1),
    read: () => Object.fromEntries(counts),
  }
}
