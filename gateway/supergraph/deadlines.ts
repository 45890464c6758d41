// Deadlines of what is under way, looked at twenty times a second: a timer for each fetch costs more than the fetch's checks.

/** Something that has to be over by a time. */
export interface Late {
  /** On the clock of `performance.now()`. */
  readonly deadline: number
  /** Called at most once, at most 50 ms late. */
  onDeadline(): void
}

const SWEEP_MS = 50
const pending = new Set<Late>()
let sweeping: NodeJS.Timeout | null = null

export function watchDeadline(one: Late): void {
  pending.add(one)
  sweeping ??= setInterval(sweep, SWEEP_MS).unref()
}

export function forgetDeadline(one: Late): void {
  pending.delete(one)
}

function sweep(): void {
  const now = performance.now()
  for (const one of pending) {
    if (one.deadline > now) continue
    pending.delete(one)
    one.onDeadline()
  }
  if (pending.size > 0 || sweeping === null) return
  clearInterval(sweeping)
  sweeping = null
}
