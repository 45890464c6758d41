// What precedes the hash of a login happens for a few at a time. Twenty logins that come together would otherwise share
// each pass of the event loop for all of it, and everybody else's requests with them. Anyone who is refused for guessing too
// often never gets as far as the queue for a hash: that stays free for others.
import { createPace, type Deadline, tooBusy } from '../../core/deadline.ts'

/**
 * Does the work when there is a place, in the order of arrival.
 *
 * @throws AuthError SERVICE_UNAVAILABLE at once when too many wait, or when those before this one will take too long;
 *   and when the deadline comes sooner than a place all the same
 */
export type HashAdmission = <T>(work: () => Promise<T>, deadline?: Deadline) => Promise<T>

export interface BeforeHashOptions {
  /** Who may be at work at a time. Default: 3. */
  readonly places?: number
  /** Default: 1000, some seconds of this work. */
  readonly maxWaiting?: number
}

const ASSUMED_MS = 10

interface Waiting {
  enter(): void
}

export function createHashAdmission({
  places = 3,
  maxWaiting = 1000,
}: BeforeHashOptions = {}): HashAdmission {
  const waiting = new Set<Waiting>()
  const pace = createPace(ASSUMED_MS)
  let free = places

  return async function admitHash(work, deadline = Number.POSITIVE_INFINITY) {
    if (free > 0) free -= 1
    else await wait(deadline)
    const start = performance.now()
    try {
      return await work()
    } finally {
      pace.measure(1, performance.now() - start)
      leave()
    }
  }

  function wait(deadline: Deadline): Promise<void> {
    const waitMs = pace.estimate((waiting.size + 1) / places)
    const leftMs = deadline - performance.now()
    if (waiting.size >= maxWaiting || waitMs > leftMs) throw tooBusy(waitMs)
    return new Promise((resolve, reject) => {
      const giveUp = () => {
        waiting.delete(one)
        reject(tooBusy(pace.estimate(waiting.size / places)))
      }
      const timer = Number.isFinite(leftMs) ? setTimeout(giveUp, leftMs) : undefined
      const one = {
        enter: () => {
          clearTimeout(timer)
          resolve()
        },
      }
      waiting.add(one)
    })
  }

  // A place goes from one to the next: nobody who comes later finds it free.
  function leave(): void {
    const [first] = waiting
    if (first === undefined) {
      free += 1
      return
    }
    waiting.delete(first)
    first.enter()
  }
}
