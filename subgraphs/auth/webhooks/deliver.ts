// Sends what waits to each target: at least once, in order for each user, and no target waits for another.
//
//   emit ─► webhook_deliveries ─► claim a user ─► POST event by event ─► 2xx: removed
//                 ▲                                 └─► anything else: this user waits, others go on
//                 └── events replay
import type { Knex } from 'knex'
import type { Logger } from 'pino'
import { toCloudEvent } from '../core/events/envelope.ts'
import {
  claimUsers,
  type Opened,
  readQueue,
  settle,
  syncTargets,
  type WaitingEvent,
} from './queue.ts'
import { createWebhookSender, type WebhookSender } from './send.ts'
import type { WebhookTarget } from './targets.ts'

export interface Webhooks {
  stop(): Promise<void>
}

interface WebhookDeps {
  readonly db: Knex
  readonly log: Logger
  /** The gateway's public address: the `source` of every event. */
  readonly source: string
  readonly targets: readonly WebhookTarget[]
  /** Private networks in which targets may be. */
  readonly allow: readonly string[]
}

const POLL_MS = 250
const USERS_AT_ONCE = 8
/** Well before its lease ends an instance stops on its own: beyond, another may be at the same user. */
const RUN_MS = 20_000
const MAX_PAUSE_SECONDS = 600
/** After so many failures in a row a target counts as away, and is asked about one user at a time. */
const AWAY_AFTER = 8
const AWAY_PAUSE_MS = 1_000
const LONGEST_STOP_MS = 3_000

/** Also where there is no target: what waited for those of before is removed. */
export async function startWebhooks(deps: WebhookDeps): Promise<Webhooks> {
  const { db, targets, allow } = deps
  await syncTargets(db, targets)
  const sender = createWebhookSender({ allow })
  const running = targets.map((target) => startTarget({ ...deps, sender }, target))
  return {
    stop: async () => {
      await Promise.all(running.map(({ stop }) => stop()))
      sender.stop()
    },
  }
}

function startTarget(deps: WebhookDeps & { sender: WebhookSender }, target: WebhookTarget) {
  const { db, log } = deps
  const runs = new Set<Promise<void>>()
  const abort = new AbortController()
  let isStopped = false
  let isTicking = false
  let failures = 0
  let timer: NodeJS.Timeout
  let ticking: Promise<void> = Promise.resolve()
  const isAway = () => failures >= AWAY_AFTER

  async function tick(): Promise<void> {
    isTicking = true
    const free = (isAway() ? 1 : USERS_AT_ONCE) - runs.size
    try {
      const users = free > 0 ? await claimUsers(db, target.name, free) : []
      for (const userId of users) begin(userId)
    } catch (error) {
      log.warn({ err: error, target: target.name }, 'what waits for a webhook could not be read')
    }
    isTicking = false
    if (!isStopped) timer = setTimeout(start, isAway() ? AWAY_PAUSE_MS : POLL_MS)
  }
  function start(): void {
    ticking = tick()
  }
  /** A run is over: the next user need not wait for the poll. */
  function wake(): void {
    if (isStopped || isTicking || isAway()) return
    clearTimeout(timer)
    start()
  }
  function begin(userId: string): void {
    const run = deliver(userId)
      .catch((error: unknown) => {
        log.warn({ err: error, target: target.name }, 'a webhook could not be written down')
      })
      .finally(() => {
        runs.delete(run)
        wake()
      })
    runs.add(run)
  }

  async function deliver(userId: string): Promise<void> {
    const startedAt = performance.now()
    const taken: Opened[] = []
    let held: { id: string; pauseSeconds: number } | null = null
    for (const event of await readQueue(db, { target: target.name, userId })) {
      const isOver = isStopped || performance.now() - startedAt > RUN_MS
      held = isOver ? { id: event.id, pauseSeconds: 0 } : await send(event)
      if (held !== null) break
      taken.push(event)
    }
    await settle(db, target.name, { taken, held })
  }

  /** @returns null when it was taken, else for how long it waits */
  async function send(event: WaitingEvent): Promise<{ id: string; pauseSeconds: number } | null> {
    const { id, attempts } = event
    try {
      const body = JSON.stringify(toCloudEvent(event, deps.source))
      await deps.sender.send(target, { id, body }, abort.signal)
      failures = 0
      return null
    } catch (error) {
      if (isStopped) return { id, pauseSeconds: 0 }
      failures += 1
      const pauseSeconds = pauseAfter(attempts)
      log.warn(
        { err: error, target: target.name, eventId: id, attempts, pauseSeconds },
        'a webhook was not taken: it waits',
      )
      return { id, pauseSeconds }
    }
  }

  start()
  return {
    stop: async () => {
      isStopped = true
      clearTimeout(timer)
      await ticking
      // What is under way may end: aborted, it would come twice.
      const patience = setTimeout(() => abort.abort(), LONGEST_STOP_MS)
      await Promise.all(runs)
      clearTimeout(patience)
    },
  }
}

/** Between half and all of a pause that doubles: those who failed together do not come back together. */
function pauseAfter(attempts: number): number {
  const pause = Math.min(MAX_PAUSE_SECONDS, 2 ** Math.min(Math.max(attempts, 1) - 1, 10))
  return pause * (0.5 + Math.random() / 2)
}
