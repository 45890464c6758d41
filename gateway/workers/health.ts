// Health of a gateway in several processes: ready when all of them are.
import type { PlainAnswer } from '../http/route.ts'

export interface KnownWorker {
  readonly pid: number
  /** Null until it listens. */
  adminUrl: string | null
}

interface WorkerHealth {
  readonly pid: number
  readonly status: string
}

/** A worker whose event loop does not turn does not answer. */
const TIMEOUT_MS = 1000

/** Asks each worker. 200 when as many as there should be are ready. */
export async function workersHealth(
  workers: readonly KnownWorker[],
  { expected, isStopping }: { readonly expected: number; readonly isStopping: boolean },
): Promise<PlainAnswer> {
  const answers = await Promise.all(workers.map(healthOf))
  const ready = answers.filter(({ status }) => status === 'ready').length
  const isReady = ready >= expected && !isStopping
  const status = isReady ? 'ready' : 'not ready'
  return {
    status: isReady ? 200 : 503,
    headers: { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' },
    body: JSON.stringify({ status, isStopping, workers: answers }),
  }
}

async function healthOf({ pid, adminUrl }: KnownWorker): Promise<WorkerHealth> {
  if (adminUrl === null) return { pid, status: 'starting' }
  try {
    const signal = AbortSignal.timeout(TIMEOUT_MS)
    const response = await fetch(`${adminUrl}/health/ready`, { signal })
    return { pid, ...((await response.json()) as { status: string }) }
  } catch {
    return { pid, status: 'does not answer' }
  }
}
