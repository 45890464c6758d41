// The process of `hive-process.js`, as long as it lives.
import { type ChildProcess, fork } from 'node:child_process'

/** So long a plan may take: its document is as good as hostile. */
const PLAN_TIMEOUT_MS = 10_000

/** Each of them is compiled at once. Of many that come together the event loop gets a few, and then answers others. */
const ANSWERS_A_TURN = 4

export interface PlanRequest {
  readonly text: string
  readonly operationName: string | null
  readonly percentage: number
  /** Planned in a thread of the process, beside the others; what is short is planned one after the other. */
  readonly isLong: boolean
}

export interface HiveChild {
  readonly overridePercentages: readonly number[]
  readonly isGone: boolean
  /** The plan as the addon says it. @throws PlannerCrashed, or the planner's own error */
  plan(request: PlanRequest): Promise<unknown>
  stop(): void
}

/** The process ended while it had a plan to make. */
export class PlannerCrashed extends Error {
  override readonly name = 'PlannerCrashed'
  /** It had no other, so that this one is why. */
  readonly wasAlone: boolean

  constructor({ wasAlone }: { readonly wasAlone: boolean }) {
    super('the planner has ended')
    this.wasAlone = wasAlone
  }
}

/** The addon is not built for this platform. */
export class AddonUnavailable extends Error {
  override readonly name = 'AddonUnavailable'
}

type Message =
  | { readonly kind: 'ready'; readonly overridePercentages: readonly number[] }
  | { readonly kind: 'unavailable' | 'invalid'; readonly error: string }
  | readonly PlanAnswer[]

interface PlanAnswer {
  readonly id: number
  readonly plan?: unknown
  readonly error?: string
}

interface Waiting {
  resolve(plan: unknown): void
  reject(error: Error): void
}

/** The program that plans; a test has others, which do not begin or end too early. */
export const hiveProgram = new URL('./hive-process.js', import.meta.url)

/** @throws AddonUnavailable, or Error when the supergraph is not valid */
export async function startHiveChild(supergraphSdl: string, program: URL): Promise<HiveChild> {
  const child = fork(program, {
    // It needs nothing of ours, secrets least of all.
    env: {},
    execArgv: [],
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  })
  const overridePercentages = await opened(child, supergraphSdl)
  const waiting = new Map<number, Waiting>()
  let isGone = false
  let lastId = 0
  let unsent: (PlanRequest & { readonly id: number })[] = []
  const answers: PlanAnswer[] = []
  let shorts = 0
  let stuck: NodeJS.Timeout | null = null
  child.on('message', (message: Message) => {
    if ('kind' in message) return
    watch()
    if (answers.length === 0) setImmediate(takeSome)
    answers.push(...message)
  })
  child.on('exit', () => {
    isGone = true
    // What it said before it ended holds.
    while (answers.length > 0) takeSome()
    const wasAlone = waiting.size === 1
    for (const { reject } of waiting.values()) reject(new PlannerCrashed({ wasAlone }))
  })
  rest(child)

  return {
    overridePercentages,
    get isGone() {
      return isGone
    },
    async plan(request) {
      if (isGone) throw new PlannerCrashed({ wasAlone: false })
      lastId += 1
      const id = lastId
      const deadline = request.isLong ? setTimeout(stop, PLAN_TIMEOUT_MS) : null
      if (waiting.size === 0) wake(child)
      if (!request.isLong) {
        shorts += 1
        if (shorts === 1) watch()
      }
      try {
        return await new Promise((resolve, reject) => {
          waiting.set(id, { resolve, reject })
          if (unsent.length === 0) setImmediate(send)
          unsent.push({ id, ...request })
        })
      } finally {
        if (deadline !== null) clearTimeout(deadline)
        else shorts -= 1
        waiting.delete(id)
        if (shorts === 0) watch()
        if (waiting.size === 0) rest(child)
      }
    },
    stop,
  }

  function stop(): void {
    child.kill('SIGKILL')
  }

  /** Short ones are planned in turn: what counts is that one is answered after the other. */
  function watch(): void {
    if (stuck !== null) clearTimeout(stuck)
    stuck = shorts > 0 ? setTimeout(stop, PLAN_TIMEOUT_MS) : null
  }

  /** What is asked within a turn of the event loop goes together: a message costs both sides more than a small plan. */
  function send(): void {
    const requests = unsent
    unsent = []
    // One that cannot be told has ended, which is told above.
    child.send(requests, () => undefined)
  }

  function takeSome(): void {
    for (const { id, plan, error } of answers.splice(0, ANSWERS_A_TURN)) {
      const one = waiting.get(id)
      if (error === undefined) one?.resolve(plan)
      else one?.reject(new Error(error))
    }
    if (answers.length > 0 && !isGone) setImmediate(takeSome)
  }
}

async function opened(child: ChildProcess, supergraphSdl: string): Promise<readonly number[]> {
  const message = await new Promise<Message>((resolve, reject) => {
    child.once('message', (message) => resolve(message as Message))
    child.once('error', (error) => reject(new AddonUnavailable(error.message, { cause: error })))
    child.once('exit', (code, signal) =>
      reject(new AddonUnavailable(`the planner ended at once (${signal ?? code})`)),
    )
    child.send({ supergraphSdl }, () => undefined)
  })
  if ('kind' in message) {
    if (message.kind === 'ready') return message.overridePercentages
    child.kill('SIGKILL')
    if (message.kind === 'unavailable') throw new AddonUnavailable(message.error)
    throw new Error(message.error)
  }
  child.kill('SIGKILL')
  throw new Error('the planner did not begin')
}

/** While it has nothing to do it does not keep us alive. */
function rest(child: ChildProcess): void {
  child.unref()
  child.channel?.unref()
}

function wake(child: ChildProcess): void {
  child.ref()
  child.channel?.ref()
}
