// Deadlines of what is under way, looked at twenty times a second: a timer for each costs more than all checks of a request.
// They hang together as a list, which lets go of anyone who is forgotten. A Set that is filled and emptied thousands of times a
// second leaves its outgrown tables behind, each of which holds the next one and all that was in it: what was over long
// ago would be copied again and again by the garbage collector.

/** Something that has to be over by a time. */
export interface Late {
  /** On the clock of `performance.now()`. */
  readonly deadline: number
  /** Called at most once, at most 50 ms late. What another one's call forgets in the same sweep is called all the same. */
  onDeadline(): void
  /** Its neighbours, kept by the list. Null at first. */
  earlier: Late | null
  later: Late | null
}

/** Those of one gateway. */
export interface Deadlines {
  watch(one: Late): void
  forget(one: Late): void
}

const SWEEP_MS = 50

export function createDeadlines(): Deadlines {
  let latest: Late | null = null
  let sweeping: NodeJS.Timeout | null = null
  return { watch, forget }

  function watch(one: Late): void {
    one.earlier = latest
    if (latest !== null) latest.later = one
    latest = one
    sweeping ??= setInterval(sweep, SWEEP_MS).unref()
  }

  function forget(one: Late): void {
    const { earlier, later } = one
    if (earlier !== null) earlier.later = later
    if (later !== null) later.earlier = earlier
    if (latest === one) latest = earlier
    one.earlier = null
    one.later = null
  }

  function sweep(): void {
    const now = performance.now()
    const passed: Late[] = []
    for (let one = latest; one !== null; one = one.earlier) {
      if (one.deadline <= now) passed.push(one)
    }
    for (const one of passed) {
      forget(one)
      one.onDeadline()
    }
    if (latest !== null || sweeping === null) return
    clearInterval(sweeping)
    sweeping = null
  }
}
