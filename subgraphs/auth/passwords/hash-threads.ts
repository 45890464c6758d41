// A fixed set of hashing threads behind a bounded queue: busy is an answer, not a longer line.
import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import type { Logger } from 'pino'
import { AuthError } from '../errors.ts'
import { createThreadPriority, mayLeaveIdleClass, type ThreadPriority } from './thread-priority.ts'

export interface HashThreads {
  hash(password: string, cost: number): Promise<string>
  compare(password: string, hash: string): Promise<boolean>
  stop(): Promise<void>
}

type Job = { readonly password: string } & ({ readonly cost: number } | { readonly hash: string })

interface Waiting {
  readonly job: Job
  resolve(value: unknown): void
  reject(error: Error): void
}

interface Thread {
  readonly worker: Worker
  current: Waiting | null
  /** Null: the nice value alone. */
  priority: ThreadPriority | null
}

const RESTART_MS = 500

/** A thread says first who it is, where the system tells it. */
type Message = { readonly tid: number } | { readonly result?: unknown; readonly error?: string }

/** At cost 12. One more doubles the work, so half as many may wait. */
const MAX_QUEUE_PER_THREAD = 32

/**
 * @param threads how many, default half of the cores
 * @param cost what most hashes cost, default 12
 * @param maxQueue how many jobs may wait, default as many as a thread hashes in 7 s, less than a gateway waits for auth;
 *   more are refused with SERVICE_UNAVAILABLE
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
  let stopped = false
  let mayStandBack: Promise<boolean> | undefined
  const pool: Thread[] = []
  for (let index = 0; index < threads; index += 1) startThread()

  function startThread(): void {
    const thread: Thread = {
      worker: new Worker(new URL('./hash-worker.js', import.meta.url)),
      current: null,
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
    thread.current = waiting
    thread.priority?.begin()
    thread.worker.postMessage(waiting.job)
  }

  function run(job: Job): Promise<unknown> {
    if (stopped || queue.length >= maxQueue) {
      throw new AuthError('SERVICE_UNAVAILABLE', { retryAfterSeconds: 2 })
    }
    return new Promise((resolve, reject) => {
      queue.push({ job, resolve, reject })
      const idle = pool.find((thread) => thread.current === null)
      if (idle !== undefined) next(idle)
    })
  }

  return {
    hash: async (password, cost) => (await run({ password, cost })) as string,
    compare: async (password, hash) => (await run({ password, hash })) as boolean,
    stop: async () => {
      stopped = true
      for (const thread of pool) thread.priority?.end()
      await Promise.all(pool.map((thread) => thread.worker.terminate()))
    },
  }
}
