// How long each step of the request path takes.
import { createHistograms, type Histograms } from '../histograms.ts'

export type StepTimes = Histograms

/** From a check that is a look-up to a step that waits for subgraphs. */
const BOUNDS_MS = [0.01, 0.05, 0.25, 1, 5, 25, 100, 500, 2500, 10_000]

export function createStepTimes(steps: readonly string[]): StepTimes {
  return createHistograms(steps, BOUNDS_MS)
}
