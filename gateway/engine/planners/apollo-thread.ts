// The thread that plans with Apollo's planner, and its successor when a document ends it.
import { Worker } from 'node:worker_threads'
import type { QueryPlan } from '@apollo/query-planner'
import { UnsupportedOperation } from './planner.ts'

/** So long a plan may take: its document is as good as hostile. */
const PLAN_TIMEOUT_MS = 10_000

export interface PlanRequest {
  readonly text: string
  readonly operationName: string | null
  readonly overrides: readonly (readonly [label: string, isOn: boolean])[]
}

export interface ApolloThread {
  /** @throws UnsupportedOperation for what the planner gives up on, or takes ten seconds for */
  plan(request: PlanRequest): Promise<QueryPlan>
  stop(): Promise<void>
}

/** The program that plans; a test has another, which ends too early. */
const apolloProgram = new URL('./apollo-worker.js', import.meta.url)

/** A thread for as long as the graph is served. Resolves once it has read the supergraph. */
export async function startApolloThread(
  supergraphSdl: string,
  program = apolloProgram,
): Promise<ApolloThread> {
  const start = () => startThread(supergraphSdl, program)
  let thread = Promise.resolve(await start())
  let isStopped = false
  return {
    async plan(request) {
      for (;;) {
        const current = await living()
        try {
          return await current.plan(request)
        } catch (error) {
          // Another one was planned when it ended.
          if (!(error instanceof ThreadEnded) || isStopped) throw error
        }
      }
    },
    async stop() {
      isStopped = true
      await (await thread.catch(() => null))?.stop()
    },
  }

  async function living(): Promise<Thread> {
    const current = thread
    const one = await current.catch(() => null)
    if (one !== null && !one.isGone) return one
    if (isStopped) throw new ThreadEnded()
    // Anyone who finds it gone first starts the next.
    if (thread === current) thread = start()
    return thread
  }
}

class ThreadEnded extends Error {
  override readonly name = 'ThreadEnded'

  constructor() {
    super('the planner has ended')
  }
}

interface Thread {
  readonly isGone: boolean
  /** @throws ThreadEnded when it ended before this one's turn */
  plan(request: PlanRequest): Promise<QueryPlan>
  stop(): Promise<void>
}

interface Waiting {
  resolve(plan: QueryPlan): void
  reject(error: Error): void
}

type Message =
  | { readonly isReady: true }
  | { readonly id: number; readonly plan?: string; readonly error?: string }

async function startThread(supergraphSdl: string, program: URL): Promise<Thread> {
  const worker = new Worker(program, { workerData: { supergraphSdl } })
  worker.unref()
  // It plans one after the other: the first of them is being planned.
  const waiting = new Map<number, Waiting>()
  let deadline: NodeJS.Timeout | undefined
  let isGone = false
  let isStopped = false
  let lastId = 0
  await new Promise<void>((resolve, reject) => {
    worker.once('message', () => resolve())
    worker.once('error', reject)
    worker.once('exit', () => reject(new ThreadEnded()))
  })
  worker.on('error', end)
  worker.on('exit', end)
  worker.on('message', (message: Message) => {
    if ('isReady' in message) return
    const own = waiting.get(message.id)
    waiting.delete(message.id)
    watchFirst()
    if (message.plan === undefined) own?.reject(gaveUp(message.error ?? 'no plan'))
    else own?.resolve(JSON.parse(message.plan))
  })
  return {
    get isGone() {
      return isGone
    },
    plan(request) {
      if (isGone) throw new ThreadEnded()
      lastId += 1
      const id = lastId
      return new Promise<QueryPlan>((resolve, reject) => {
        waiting.set(id, { resolve, reject })
        if (waiting.size === 1) watchFirst()
        worker.postMessage({ id, ...request })
      })
    },
    async stop() {
      isStopped = true
      await worker.terminate()
    },
  }

  function watchFirst(): void {
    clearTimeout(deadline)
    if (waiting.size > 0) deadline = setTimeout(() => void worker.terminate(), PLAN_TIMEOUT_MS)
  }

  function end(): void {
    isGone = true
    clearTimeout(deadline)
    const [first, ...others] = waiting.values()
    waiting.clear()
    first?.reject(isStopped ? new ThreadEnded() : gaveUp('it ended, or was at it for ten seconds'))
    for (const { reject } of others) reject(new ThreadEnded())
  }
}

/** It would do so again, whoever asks. */
function gaveUp(message: string): UnsupportedOperation {
  return new UnsupportedOperation('PLANNER_FAILED', `Apollo's planner gave up: ${message}`)
}
