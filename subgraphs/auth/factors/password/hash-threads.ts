// A fixed set of hashing threads behind a bounded queue: busy is an answer, not a longer line.
import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import type { Logger } from 'pino'
import { createPace, type Deadline, tooBusy } from '../../core/deadline.ts'
import { createThreadPriority, mayLeaveIdleClass, type ThreadPriority } from './thread-priority.ts'

export interface HashThreads {
  hash(password: string, cost: number, place?: Place): Promise<string>
  compare(password: string, hash: string, place?: Place): Promise<boolean>
  stop(): Promise<void>
}

export interface Place {
  /** Default: none. */
  readonly deadline?: Deadline
  /** It goes on with what was begun: next of all, and never refused. Default false. */
  readonly isContinued?: boolean
}

type Job = { readonly password: string } & ({ readonly cost: number } | { readonly hash: string })

interface Waiting {
  readonly job: Job
  /** Of work: 2 to the power of the cost. */
  readonly units: number
  readonly timer: NodeJS.Timeout | undefined
  resolve(value: unknown): void
  reject(error: Error): void
}

interface Thread {
  readonly worker: Worker
  current: Waiting | null
  beganAt: number
  /** Null: the nice value alone. */
  priority: ThreadPriority | null
}

const RESTART_MS = 500

/** A thread says first who it is, where the system tells it. */
type Message = { readonly tid: number } | { readonly result?: unknown; readonly error?: string }

/** At cost 12. One more doubles the work, so half as many may wait. */
const MAX_QUEUE_PER_THREAD = 32
/** What a hash of cost 12 is taken to cost before one was made here. */
const ASSUMED_MS = 220

/**
 * @param threads how many, default half of the cores
 * @param cost what most hashes cost, default 12
 * @param maxQueue how many jobs may wait, default as many as a thread hashes in 7 s, less than a gateway waits for auth;
 *   more are refused with SERVICE_UNAVAILABLE. So is, at once, anyone whose hash would begin after their deadline, by what
 *   hashes took of late; and anyone who has not had it then, because the machine became slower
 * @param log hears that the threads have no class of their own
 */
export function createHashThreads({
  threads = Math.max(1, Math.floor(availableParallelism() / 2)),
  cost = 12,
  maxQueue = threads * Math.max(1, Math.floor(MAX_QUEUE_PER_THREAD * 2 ** (12 - cost))),
  log,
}: {
  readonly threads?: number
  readonly cost?: number
  readonly maxQueue?: number
  readonly log?: Pick<Logger, 'info'>
} = {}): HashThreads {
  const queue: Waiting[] = []
  const pace = createPace(ASSUMED_MS / 2 ** 12)
  let stopped = false
  let mayStandBack: Promise<boolean> | undefined
  const pool: Thread[] = []
  for (let index = 0; index < threads; index += 1) startThread()

  function startThread(): void {
    const thread: Thread = {
      worker: new Worker(new URL('./hash-worker.js', import.meta.url)),
      current: null,
      beganAt: 0,
      priority: null,
    }
    thread.worker.unref()
    thread.worker.on('message', (message: Message) => {
      if ('tid' in message) {
        void standBack(thread, message.tid)
        return
      }
      settle(thread, message)
      next(thread)
    })
    thread.worker.on('error', (error) => replace(thread, error))
    pool.push(thread)
    next(thread)
  }

  /** It hashes meanwhile: until it is known, the nice value has to do. */
  async function standBack(thread: Thread, tid: number): Promise<void> {
    mayStandBack ??= askOnce()
    if (!(await mayStandBack) || stopped || !pool.includes(thread)) return
    thread.priority = createThreadPriority(tid, { cost })
    if (thread.current !== null) thread.priority.begin()
  }

  async function askOnce(): Promise<boolean> {
    const mayLeave = await mayLeaveIdleClass()
    if (!mayLeave)
      log?.info(
        'hashing runs at a nice value of 5: chrt is missing, or may not bring a thread back from SCHED_IDLE',
      )
    return mayLeave
  }

  function settle(thread: Thread, message: { result?: unknown; error?: string }): void {
    const waiting = thread.current
    thread.current = null
    thread.priority?.end()
    if (waiting !== null) pace.measure(waiting.units, performance.now() - thread.beganAt)
    if (message.error === undefined) waiting?.resolve(message.result)
    else waiting?.reject(new Error(message.error))
  }

  function replace(thread: Thread, error: Error): void {
    thread.current?.reject(error)
    thread.current = null
    thread.priority?.end()
    pool.splice(pool.indexOf(thread), 1)
    // One that cannot even load would be replaced as fast as it dies.
    setTimeout(() => !stopped && startThread(), RESTART_MS).unref()
  }

  function next(thread: Thread): void {
    const waiting = thread.current === null ? queue.shift() : undefined
    if (waiting === undefined) return
    clearTimeout(waiting.timer)
    thread.current = waiting
    thread.beganAt = performance.now()
    thread.priority?.begin()
    thread.worker.postMessage(waiting.job)
  }

  function run(job: Job, place: Place = {}): Promise<unknown> {
    const { deadline = Number.POSITIVE_INFINITY, isContinued = false } = place
    const units = 2 ** costOfJob(job)
    const waitMs = waitFor(units)
    if (stopped) throw tooBusy(0)
    if (!isContinued && (queue.length >= maxQueue || waitMs > deadline - performance.now())) {
      throw tooBusy(waitMs)
    }
    return new Promise((resolve, reject) => {
      const giveUp = () => {
        queue.splice(queue.indexOf(waiting), 1)
        reject(tooBusy(waitFor(0)))
      }
      const leftMs = deadline - performance.now()
      const mayGiveUp = !isContinued && Number.isFinite(leftMs)
      const timer = mayGiveUp ? setTimeout(giveUp, leftMs) : undefined
      const waiting: Waiting = { job, units, timer, resolve, reject }
      if (isContinued) queue.unshift(waiting)
      else queue.push(waiting)
      const idle = pool.find((thread) => thread.current === null)
      if (idle !== undefined) next(idle)
    })
  }

  /** Until so much work would be done; 0 while a thread is idle, however long the last hash took: it shows how long one takes. */
  function waitFor(units: number): number {
    if (pool.some(({ current }) => current === null)) return 0
    const running = pool.reduce((sum, { current }) => sum + (current?.units ?? 0), 0)
    const queued = queue.reduce((sum, waiting) => sum + waiting.units, 0)
    return pace.estimate((queued + running / 2 + units) / Math.max(1, pool.length))
  }

  return {
    hash: async (password, cost, place) => (await run({ password, cost }, place)) as string,
    compare: async (password, hash, place) => (await run({ password, hash }, place)) as boolean,
    stop: async () => {
      stopped = true
      for (const thread of pool) thread.priority?.end()
      await Promise.all(pool.map((thread) => thread.worker.terminate()))
    },
  }
}

function costOfJob(job: Job): number {
  return 'cost' in job ? job.cost : Number(job.hash.slice(4, 6))
}
