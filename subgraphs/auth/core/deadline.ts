// Whether a request that waits will be served in time. A gateway gives up on auth after the `timeoutMs` of supergraph.yaml:
// an answer that comes later is a time-out for the person, and a hash that was made for nobody.
import { AuthError } from './errors.ts'

/** On the clock of `performance.now()`. Infinity: anyone who asked waits for as long as it takes, as a command does. */
export type Deadline = number

/** Of the gateway's patience: what comes before a hash, and after it, takes the rest. */
const SHARE = 0.7

export function deadlineOf(receivedAt: number, gatewayTimeoutMs: number): Deadline {
  return receivedAt + gatewayTimeoutMs * SHARE
}

/** @param waitMs until there is room again, as far as is known */
export function tooBusy(waitMs: number): AuthError {
  const retryAfterSeconds = Math.min(60, Math.max(2, Math.ceil(waitMs / 1000)))
  return new AuthError('SERVICE_UNAVAILABLE', { retryAfterSeconds })
}

/** A password that was not looked at, as nothing could hash it in time, is not a guess: what was counted for it is taken back. */
export async function unlessBusy<T>(
  work: () => Promise<T>,
  takeBack: () => Promise<void>,
): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof AuthError && error.code === 'SERVICE_UNAVAILABLE') await takeBack()
    throw error
  }
}

export interface Pace {
  /** Milliseconds that so much work takes, by what it took of late. */
  estimate(units: number): number
  measure(units: number, tookMs: number): void
}

/** One measurement changes the estimate by a quarter: a machine that has become slow is known after a few. */
const WEIGHT = 0.25

/** @param msPerUnit what is assumed before anything was measured */
export function createPace(msPerUnit: number): Pace {
  let pace = msPerUnit
  return {
    estimate: (units) => units * pace,
    measure: (units, tookMs) => {
      pace += WEIGHT * (tookMs / units - pace)
    },
  }
}
