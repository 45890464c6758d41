// Whether the event loop keeps up. When it does not, a quick 503 for some is better than a timeout for all.
import type { Admission } from '../admission.ts'

export interface LoadMonitor {
  isOverloaded(): boolean
  stop(): void
}

const SAMPLE_MS = 50
// One long turn (a plan, a garbage collection) is a hiccup; two samples in a row are a state.
const SAMPLES = 2
// The loop is on time, and those who wait for their turn are too many.
const LAGS_IN_LINE = 10

/** @param maxLagMs Null: never overloaded, as beside an embedded database that shares the loop. */
export function createLoadMonitor(
  maxLagMs: number | null,
  {
    monotonic,
    admission,
    recordLag = () => undefined,
  }: {
    monotonic: () => number
    admission: Admission
    /** Told with each look. Default: nobody. */
    recordLag?: (ms: number) => void
  },
): LoadMonitor {
  const limit = maxLagMs ?? Number.POSITIVE_INFINITY
  let sampledAt = monotonic()
  let lateSamples = 0
  const timer = setInterval(sample, SAMPLE_MS)
  timer.unref()

  function sample(): void {
    const now = monotonic()
    const lagMs = Math.max(0, now - sampledAt - SAMPLE_MS)
    recordLag(lagMs)
    lateSamples = lagMs > limit ? lateSamples + 1 : 0
    sampledAt = now
  }

  return {
    isOverloaded: () => lateSamples >= SAMPLES || admission.longestWaitMs() > LAGS_IN_LINE * limit,
    stop: () => clearInterval(timer),
  }
}
