// Metrics of a gateway in several processes: the sum over all of them. To Prometheus a sum that falls is a restart, after which
// everything that was ever counted is new. So it never does:
//
//   a worker that is late      what it said last
//   one that has ended         what it had counted when it was asked last
import { AggregatorRegistry } from 'prom-client'
import type { PlainAnswer } from '../http/route.ts'
import type { KnownWorker } from './health.ts'

export interface WorkersMetrics {
  /** Asks all that are there. */
  page(): Promise<PlainAnswer>
  /** It has ended. */
  keepCounts(worker: KnownWorker): void
}

/** As `prom-client` writes it: the type as a word, which its own declarations do not say. */
interface Metric {
  readonly type: unknown
}

const TIMEOUT_MS = 1000

export function createWorkersMetrics(workers: () => readonly KnownWorker[]): WorkersMetrics {
  const last = new Map<KnownWorker, readonly Metric[]>()
  let ended: readonly Metric[] = []

  return {
    async page() {
      await Promise.all(workers().map(look))
      const registry = sumOf([ended, ...last.values()])
      return {
        status: 200,
        headers: { 'content-type': registry.contentType, 'cache-control': 'no-store' },
        body: await registry.metrics(),
      }
    },
    keepCounts(worker) {
      const counted = (last.get(worker) ?? []).filter(isCount)
      last.delete(worker)
      ended = sumOf([ended, counted]).getMetricsAsArray()
    },
  }

  async function look(worker: KnownWorker): Promise<void> {
    const metrics = await metricsOf(worker)
    // It may have ended meanwhile.
    if (metrics !== null && workers().includes(worker)) last.set(worker, metrics)
  }
}

/** What a process holds goes with it. */
function isCount({ type }: Metric): boolean {
  return type === 'counter' || type === 'histogram'
}

function sumOf(all: readonly (readonly Metric[])[]) {
  return AggregatorRegistry.aggregate([...all])
}

async function metricsOf({ adminUrl }: KnownWorker): Promise<Metric[] | null> {
  if (adminUrl === null) return null
  try {
    const signal = AbortSignal.timeout(TIMEOUT_MS)
    const headers = { accept: 'application/json' }
    const response = await fetch(`${adminUrl}/metrics`, { signal, headers })
    return (await response.json()) as Metric[]
  } catch {
    return null
  }
}
