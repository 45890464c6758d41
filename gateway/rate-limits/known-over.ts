// Who is over a limit stays so until their window ends, and Redis need not be asked again. By a clock that never jumps: with that of the
// machine, which may be set back, they would be kept out until it has caught up.
import { createBoundedCache } from '../bounded-cache.ts'

export interface KnownOver {
  /** Until the window ends; null: nothing is known. */
  secondsLeft(subject: string): number | null
  /** @param seconds Until the window ends, rounded up. */
  note(subject: string, seconds: number): void
}

/** Somebody who is forgotten is asked for again. */
const MOST = 100_000

export function createKnownOver(monotonic: () => number): KnownOver {
  /** All but the last second of each window, in which Redis knows better. */
  const until = createBoundedCache<number>({ maxEntries: MOST })

  return {
    secondsLeft(subject) {
      const leftMs = (until.get(subject) ?? Number.NEGATIVE_INFINITY) - monotonic()
      return leftMs > 0 ? Math.ceil(leftMs / 1000) + 1 : null
    },
    note(subject, seconds) {
      until.set(subject, monotonic() + (seconds - 1) * 1000)
    },
  }
}
