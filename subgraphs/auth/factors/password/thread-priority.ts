// How much a hashing thread may take from the threads that answer. A nice value alone does not do: Linux lets whoever
// runs finish its time slice (3 ms) before a thread of more weight that woke up, and a request wakes several. Under
// SCHED_IDLE (sched(7)) a thread gives way at once. It also gets nothing while others keep all cores busy, so that a flood
// of requests would stop all logins: a hash that does not get on is taken out of that class for a while. Everybody may
// enter the class, but leave it only with CAP_SYS_NICE or RLIMIT_NICE: who may not come back must not go.
import { execFile } from 'node:child_process'

export interface ThreadPriority {
  /** The thread starts to hash. */
  begin(): void
  end(): void
}

/** Five times what a hash takes at cost 12; one more doubles it. */
const STARVING_MS = 1000
const FOREGROUND_MS = 60_000
const ASK_TIMEOUT_MS = 10_000

export interface ThreadPriorityOptions {
  /** What most hashes cost. Default: 12. */
  readonly cost?: number
  /** Default: asks `chrt` of util-linux. */
  readonly setClass?: (tid: number, schedulingClass: 'idle' | 'other') => void
}

/**
 * Only where `mayLeaveIdleClass` says so.
 *
 * @param tid the thread, as the kernel numbers it
 */
export function createThreadPriority(
  tid: number,
  { cost = 12, setClass = askChrt }: ThreadPriorityOptions = {},
): ThreadPriority {
  const starvingMs = STARVING_MS * 2 ** Math.max(0, cost - 12)
  let foregroundUntil = 0
  let starving: NodeJS.Timeout | undefined
  setClass(tid, 'idle')

  return {
    begin() {
      if (foregroundUntil > 0 && performance.now() >= foregroundUntil) {
        foregroundUntil = 0
        setClass(tid, 'idle')
      }
      // Again and again: a chrt that could not be started, or was overtaken by the one before, must not be the last word.
      starving = setInterval(() => {
        foregroundUntil = performance.now() + FOREGROUND_MS
        setClass(tid, 'other')
      }, starvingMs).unref()
    },
    end: () => clearInterval(starving),
  }
}

/**
 * Whether a process like this one comes back from SCHED_IDLE: tried on one that does nothing, since capabilities tell
 * nothing inside a user namespace. False where there is no `chrt`.
 */
export function mayLeaveIdleClass(): Promise<boolean> {
  const script =
    'sleep 60 & chrt --idle --pid 0 $! && chrt --other --pid 0 $!; left=$?; kill $!; exit $left'
  return new Promise((resolve) => {
    const options = { timeout: ASK_TIMEOUT_MS }
    execFile('sh', ['-c', script], options, (error) => resolve(error === null)).unref()
  })
}

function askChrt(tid: number, schedulingClass: 'idle' | 'other'): void {
  execFile('chrt', [`--${schedulingClass}`, '--pid', '0', String(tid)], () => undefined)
}
