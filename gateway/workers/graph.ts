// `/graph`, `/usage` and `/announcements` of a gateway in several processes. Of the graph any worker answers, and the others read what was
// decided from the folder they share; what a subgraph announces every worker is told.
import type { IncomingMessage } from 'node:http'
import { createCounts, PER_SECOND } from '../announcements/counts.ts'
import { readBody } from '../http/body.ts'
import type { PageRoute, PlainAnswer } from '../http/route.ts'
import type { KnownWorker } from './health.ts'

/** Composing takes seconds. */
const TIMEOUT_MS = 90_000
const MAX_BYTES = 4096
const ANNOUNCE_MS = 1000

export function createWorkersGraph(workers: () => readonly KnownWorker[]): PageRoute {
  async function pass(
    { headers, url = '/' }: IncomingMessage,
    init: RequestInit,
  ): Promise<PlainAnswer> {
    for (const { adminUrl } of workers()) {
      if (adminUrl === null) continue
      const response = await fetch(`${adminUrl}${url}`, {
        ...init,
        signal: AbortSignal.timeout(TIMEOUT_MS),
        headers: { authorization: headers.authorization ?? '' },
      })
      const type = { 'content-type': 'application/json; charset=utf-8' }
      return { status: response.status, headers: type, body: await response.text() }
    }
    return { status: 503, headers: { 'retry-after': '1' }, body: '{"error":"No worker is up."}' }
  }

  return {
    kind: 'page',
    show: (incoming) => pass(incoming, {}),
    act: async (incoming) => {
      const body = await readBody(incoming, MAX_BYTES)
      return pass(incoming, { method: 'POST', body })
    },
  }
}

/** Bad ones are counted here: to a worker all of them come from this process. */
export function createWorkersAnnouncements(
  workers: () => readonly KnownWorker[],
  monotonic = () => performance.now(),
): PageRoute {
  const bad = createCounts(monotonic)
  return {
    kind: 'page',
    show: () => ({ status: 405, headers: {}, body: '' }),
    act: async (incoming) => {
      const body = await readBody(incoming, MAX_BYTES)
      const from = incoming.socket.remoteAddress ?? ''
      if (bad.of(from) >= PER_SECOND.bad)
        return { status: 429, headers: { 'retry-after': '1' }, body: '' }
      const statuses = await Promise.all(workers().map((worker) => tell(worker, body)))
      const taken = statuses.find((status) => status === 204)
      if (taken === undefined && statuses.includes(401)) bad.add(from)
      return {
        status: taken ?? statuses.find((status) => status !== null) ?? 503,
        headers: {},
        body: '',
      }
    },
  }
}

async function tell({ adminUrl }: KnownWorker, body: string): Promise<number | null> {
  if (adminUrl === null) return null
  const signal = AbortSignal.timeout(ANNOUNCE_MS)
  return await fetch(`${adminUrl}/announcements`, { method: 'POST', body, signal }).then(
    ({ status }) => status,
    () => null,
  )
}
