// How many announcements came within this second: bad ones by sender, good ones by name.

export interface Counts {
  of(key: string): number
  /** @returns how many there are with this one */
  add(key: string): number
}

/** Good ones of one name in a second, and bad ones of one sender: a stranger who sends bad ones takes nobody's turn. */
export const PER_SECOND = { good: 100, bad: 20 }
/** So many are counted at a time. */
const COUNTED = 10_000

export function createCounts(monotonic: () => number): Counts {
  let second = 0
  let counts = new Map<string, number>()

  function of(key: string): number {
    const now = Math.floor(monotonic() / 1000)
    if (now !== second) {
      second = now
      counts = new Map()
    }
    return counts.get(key) ?? 0
  }

  return {
    of,
    add(key) {
      const count = of(key) + 1
      if (counts.size < COUNTED || counts.has(key)) counts.set(key, count)
      return count
    },
  }
}
