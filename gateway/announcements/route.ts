// `POST /announcements` of the admin listener: a subgraph says where it is. The body is the signed announcement, and nothing else.
import { readBody } from '../http/body.ts'
import type { PageRoute, PlainAnswer } from '../http/route.ts'
import type { AnnouncementOutcome } from './registry.ts'

const MAX_BYTES = 4096

/** @param isPassedOn All come from the primary process, which counts them by sender. */
export function createAnnouncementRoute(
  take: (token: string, from: string | null) => Promise<AnnouncementOutcome>,
  { isPassedOn }: { readonly isPassedOn: boolean },
): PageRoute {
  return {
    kind: 'page',
    show: () => answer(405, 'Announcements are sent with POST.'),
    async act(incoming) {
      const token = (await readBody(incoming, MAX_BYTES)).trim()
      const from = isPassedOn ? null : (incoming.socket.remoteAddress ?? '')
      const outcome = await take(token, from)
      if (outcome === 'taken') return { status: 204, headers: {}, body: '' }
      if (outcome === 'too-often')
        return { ...answer(429, 'Too often.'), headers: { 'retry-after': '1' } }
      // Why is for the log of whoever signed it: a stranger learns nothing of names and keys.
      return answer(
        401,
        'It is not signed with the key of that name, for this gateway, or its address does not fit.',
      )
    },
  }
}

function answer(status: number, error: string): PlainAnswer {
  return {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' },
    body: JSON.stringify({ error }),
  }
}
