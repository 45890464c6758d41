// A node of a plan, compiled: it fetches, or orders others.
import type { Condition, Run } from './run.ts'

/** Never rejects for what a subgraph did. Returns nothing when there is nothing to wait for. */
export type Step = (run: Run) => Promise<void> | void

export function inSequence(steps: readonly Step[]): Step {
  const [only, another] = steps
  if (only !== undefined && another === undefined) return only
  return async (run) => {
    for (const step of steps) {
      const pending = step(run)
      if (pending !== undefined) await pending
    }
  }
}

export function inParallel(steps: readonly Step[]): Step {
  return (run) => {
    const pending: Promise<void>[] = []
    for (const step of steps) {
      const promise = begin(step, run)
      if (promise !== undefined) pending.push(promise)
    }
    if (pending.length === 0) return
    return Promise.all(pending).then(() => undefined)
  }
}

// One that throws must not leave those that have begun without anybody who waits for them.
function begin(step: Step, run: Run): Promise<void> | void {
  try {
    return step(run)
  } catch (error) {
    return Promise.reject(error)
  }
}

export function onCondition(
  condition: Condition,
  { whenOn, whenOff }: { whenOn: Step | null; whenOff: Step | null },
): Step {
  return (run) => (run.isOn(condition) ? whenOn : whenOff)?.(run)
}
