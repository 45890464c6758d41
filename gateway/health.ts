// Health: bare on the public listener, in detail on the admin one.
import type { CacheUse } from './bounded-cache.ts'
import type { PlainAnswer } from './http/route.ts'
import type { RevocationFeed } from './revocation/feed.ts'
import type { Graph } from './supergraph.ts'

export interface HealthParts {
  currentGraph(): Graph | null
  readonly feed: RevocationFeed
  hasKeys(): boolean
  /** What each cache was good for, by its name. */
  caches(): Readonly<Record<string, CacheUse>>
  /** Credentials that were checked, by verdict. */
  checks(): Readonly<Record<string, number>>
  isStopping(): boolean
  /** Since the start. */
  runningMs(): number
  /** So long auth is waited for. */
  readonly readyWithoutAuthMs: number
}

export interface Health {
  /**
   * Graph and rules; keys and a snapshot, once, for as long as auth may need to start. When it does not, what is public is served,
   * and every credential is answered 503 until auth is there.
   */
  isReady(): boolean
  live(): PlainAnswer
  ready(): PlainAnswer
  detail(): PlainAnswer
}

export function createHealth(parts: HealthParts): Health {
  function isReady(): boolean {
    return (
      !parts.isStopping() &&
      parts.currentGraph() !== null &&
      (hasAuth() || parts.runningMs() >= parts.readyWithoutAuthMs)
    )
  }

  function hasAuth(): boolean {
    return parts.hasKeys() && parts.feed.hasSnapshot()
  }

  return {
    isReady,
    live: () => json(200, { status: 'live' }),
    ready: () => (isReady() ? json(200, { status: 'ready' }) : json(503, { status: 'not ready' })),
    detail() {
      const ageMs = parts.feed.ageMs()
      return json(isReady() ? 200 : 503, {
        status: isReady() ? 'ready' : 'not ready',
        graph: parts.currentGraph()?.version ?? null,
        keys: parts.hasKeys(),
        revocations: {
          hasSnapshot: parts.feed.hasSnapshot(),
          ageMs: Number.isFinite(ageMs) ? Math.round(ageMs) : null,
        },
        isStopping: parts.isStopping(),
        caches: parts.caches(),
        checks: parts.checks(),
        engine: parts.currentGraph()?.engine.counters ?? null,
      })
    },
  }
}

function json(status: number, value: unknown): PlainAnswer {
  return {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' },
    body: JSON.stringify(value),
  }
}
