// Metrics of a gateway in several processes: the sum over all that answer.
import { AggregatorRegistry } from 'prom-client'
import type { PlainAnswer } from '../http/route.ts'
import type { KnownWorker } from './health.ts'

const TIMEOUT_MS = 1000

export async function workersMetrics(workers: readonly KnownWorker[]): Promise<PlainAnswer> {
  const answers = await Promise.all(workers.map(metricsOf))
  const registry = AggregatorRegistry.aggregate(answers.filter((answer) => answer !== null))
  return {
    status: 200,
    headers: { 'content-type': registry.contentType, 'cache-control': 'no-store' },
    body: await registry.metrics(),
  }
}

async function metricsOf({ adminUrl }: KnownWorker): Promise<object[] | null> {
  if (adminUrl === null) return null
  try {
    const signal = AbortSignal.timeout(TIMEOUT_MS)
    const headers = { accept: 'application/json' }
    const response = await fetch(`${adminUrl}/metrics`, { signal, headers })
    return (await response.json()) as object[]
  } catch {
    return null
  }
}
