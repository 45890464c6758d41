// What precedes the hash of a login happens for a few at a time. Twenty logins that come together would otherwise share
// each turn of the event loop for all of it, and everybody else's requests with them. Whoever is refused for guessing too
// often never gets as far as the queue for a hash: that stays free for others.
import { AuthError } from '../errors.ts'

/**
 * Does the work when there is a place, in the order of arrival.
 *
 * @throws AuthError SERVICE_UNAVAILABLE at once when too many wait
 */
export type BeforeHash = <T>(work: () => Promise<T>) => Promise<T>

export interface BeforeHashOptions {
  /** Who may be at work at a time. Default: 3. */
  readonly places?: number
  /** Default: 1000, some seconds of this work. */
  readonly maxWaiting?: number
}

export function createBeforeHash({
  places = 3,
  maxWaiting = 1000,
}: BeforeHashOptions = {}): BeforeHash {
  const waiting: (() => void)[] = []
  let free = places

  return async function beforeHash(work) {
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
