// `/graph` of a gateway in several processes: any worker answers, and the others read what was decided from the folder they share.
import type { IncomingMessage } from 'node:http'
import { readBody } from '../http/body.ts'
import type { PageRoute, PlainAnswer } from '../http/route.ts'
import type { KnownWorker } from './health.ts'

/** Composing takes seconds. */
const TIMEOUT_MS = 90_000
const MAX_BYTES = 4096

export function createWorkersGraph(workers: () => readonly KnownWorker[]): PageRoute {
  async function pass({ headers }: IncomingMessage, init: RequestInit): Promise<PlainAnswer> {
    for (const { adminUrl } of workers()) {
      if (adminUrl === null) continue
      const response = await fetch(`${adminUrl}/graph`, {
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
