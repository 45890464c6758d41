// A gateway in several processes: starts them, replaces those that end, and drains all of them.
import cluster, { type Worker } from 'node:cluster'
import { RateLimiterClusterMaster } from 'rate-limiter-flexible'
import type { Log } from '../../platform/log.ts'
import { listenForAdmins } from '../admin.ts'
import type { GatewayConfig } from '../config.ts'
import { developmentIdentityKeys } from '../identity-keys.ts'
import { createWorkersAnnouncements, createWorkersGraph } from './graph.ts'
import { type KnownWorker, workersHealth } from './health.ts'
import { createWorkersMetrics } from './metrics.ts'
import type { WorkerMessage } from './worker.ts'

/** Between the end of a worker and the start of the next one; doubled each time until one gets ready. */
const FIRST_DELAY_MS = 200
const MAX_DELAY_MS = 30_000
/** Beyond what a worker gives its requests. A process that does not come to its turn ends too. */
const KILL_MARGIN_MS = 5000

export interface Workers {
  /** Drains every worker. Resolves when the last one has ended. */
  stop(): Promise<void>
}

/**
 * Starts `config.workers` processes that share the public port. Each is a whole gateway, with caches of its own.
 *
 * @param onFailure Called when no worker ever got ready: another try would end the same way.
 */
export async function startWorkers(
  config: GatewayConfig,
  { logger, onFailure }: { readonly logger: Log; readonly onFailure: () => void },
): Promise<Workers> {
  const workers = new Map<Worker, KnownWorker>()
  let isStopping = false
  let hasBeenReady = false
  let failures = 0
  // Made once, or every worker would make its own.
  if (config.identityKeys === null) await developmentIdentityKeys(config.dataDir)
  const all = () => [...workers.values()]
  const graph = createWorkersGraph(all)
  const metrics = createWorkersMetrics(all)
  const admin = await listenForAdmins(
    config,
    {
      live: () => ({ status: 200, headers: {}, body: '' }),
      ready: () => workersHealth(all(), { expected: config.workers, isStopping }),
      metrics: metrics.page,
      graph,
      usage: graph.show,
      announcements: createWorkersAnnouncements(all),
    },
    logger,
  )
  // Workers ask it how often somebody asked in all of them. It listens as long as this process lives.
  if (config.redisUrl === null) new RateLimiterClusterMaster()
  for (let count = 0; count < config.workers; count += 1) startOne()
  return { stop }

  function startOne(): void {
    if (isStopping) return
    // Each has an admin listener of its own, on loopback, for the primary alone.
    const worker = cluster.fork({ ADMIN_HOST: '127.0.0.1', ADMIN_PORT: '0' })
    const known: KnownWorker = { pid: worker.process.pid ?? 0, adminUrl: null }
    workers.set(worker, known)
    worker.on('message', (message: WorkerMessage) => {
      if (message.type === 'listens') known.adminUrl = message.adminUrl
      if (message.type === 'ready') onReady(known)
    })
    worker.on('error', (error) => logger.error({ pid: known.pid, err: error }, 'worker'))
    worker.once('exit', (code, signal) => onExit(worker, { pid: known.pid, code, signal }))
  }

  function onReady({ pid }: KnownWorker): void {
    hasBeenReady = true
    failures = 0
    logger.info({ pid }, 'a gateway worker is ready')
  }

  function onExit(worker: Worker, how: { pid: number; code: number; signal: string }): void {
    const known = workers.get(worker)
    workers.delete(worker)
    if (known !== undefined) metrics.keepCounts(known)
    if (isStopping) return
    if (!hasBeenReady) {
      logger.error(how, 'a gateway worker ended before it was ready')
      onFailure()
      return
    }
    const delayMs = Math.min(MAX_DELAY_MS, FIRST_DELAY_MS * 2 ** failures)
    failures += 1
    logger.error({ ...how, delayMs }, 'a gateway worker ended, and is replaced')
    setTimeout(startOne, delayMs)
  }

  async function stop(): Promise<void> {
    isStopping = true
    await Promise.all([...workers.keys()].map(drain))
    await admin.stop()
  }

  function drain(worker: Worker): Promise<void> {
    const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()))
    const { drainMs, drainNoticeMs } = config.limits
    const deadline = setTimeout(
      () => worker.process.kill('SIGKILL'),
      drainNoticeMs + drainMs + KILL_MARGIN_MS,
    )
    worker.process.kill('SIGTERM')
    return ended.finally(() => clearTimeout(deadline))
  }
}
