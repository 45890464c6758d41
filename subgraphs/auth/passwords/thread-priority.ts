// How much a hashing thread may take from the threads that answer. A nice value alone does not do: Linux lets whoever
// runs finish its time slice (3 ms) before a thread of more weight that woke up, and a request wakes several. Under
// SCHED_IDLE (sched(7)) a thread gives way at once. It also gets nothing while others keep all cores busy, so that a flood
// of requests would stop all logins: a hash that does not get on is taken out of that class for a while.
import { execFile } from 'node:child_process'

export interface ThreadPriority {
  /** The thread starts to hash. */
  begin(): void
  end(): void
}

/** Five times what a hash takes at the default cost. */
const STARVING_MS = 1000
const FOREGROUND_MS = 60_000

export interface ThreadPriorityOptions {
  /** Default: asks `chrt` of util-linux; where there is none, the thread's nice value has to do. */
  readonly setClass?: (tid: number, schedulingClass: 'idle' | 'other') => void
}

/** @param tid the thread, as the kernel numbers it */
export function createThreadPriority(
  tid: number,
  { setClass = askChrt }: ThreadPriorityOptions = {},
): ThreadPriority {
  let foregroundUntil = 0
  let starving: NodeJS.Timeout | undefined
  setClass(tid, 'idle')

  return {
    begin() {
      if (foregroundUntil > 0 && performance.now() >= foregroundUntil) {
        foregroundUntil = 0
        setClass(tid, 'idle')
      }
      starving = setTimeout(() => {
        foregroundUntil = performance.now() + FOREGROUND_MS
        setClass(tid, 'other')
      }, STARVING_MS).unref()
    },
    end: () => clearTimeout(starving),
  }
}

function askChrt(tid: number, schedulingClass: 'idle' | 'other'): void {
  execFile('chrt', [`--${schedulingClass}`, '--pid', '0', String(tid)], () => undefined)
}
