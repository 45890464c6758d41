// Whoever needs a hash stands in line before anything else is done for them. Twenty logins that come together would first
// share the event loop and the database for all that precedes a hash, everybody else's requests would wait for it, and
// then nineteen of the twenty would wait for a thread all the same.
import { AuthError } from '../errors.ts'

/**
 * Does the work when there is a place, in the order of arrival.
 *
 * @throws AuthError SERVICE_UNAVAILABLE at once when too many wait: busy is an answer, not a longer line
 */
export type HashLine = <T>(work: () => Promise<T>) => Promise<T>

export interface HashLineOptions {
  readonly threads: number
  /** Who may be at work at a time. Default: two a thread, one of them before or behind its hash, and one more. */
  readonly places?: number
  /** Default: 32 a thread (7 s at cost 12, less than a gateway waits for auth). */
  readonly maxWaiting?: number
}

export function createHashLine(options: HashLineOptions): HashLine {
  const { threads, places = 2 * threads + 1, maxWaiting = 32 * threads } = options
  const waiting: (() => void)[] = []
  let free = places

  return async function standInLine(work) {
    if (free > 0) free -= 1
    else await wait()
    try {
      return await work()
    } finally {
      leave()
    }
  }

  function wait(): Promise<void> {
    if (waiting.length >= maxWaiting) {
      throw new AuthError('SERVICE_UNAVAILABLE', { retryAfterSeconds: 2 })
    }
    return new Promise((enter) => waiting.push(enter))
  }

  // A place goes from one to the next: nobody who comes later finds it free.
  function leave(): void {
    const enter = waiting.shift()
    if (enter === undefined) free += 1
    else enter()
  }
}
