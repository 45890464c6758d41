// Proofs of a key (DPoP) that were seen: each works once. All gateways share them in Redis where there is one, and the
// workers of one gateway through the primary where there is none. While nobody can tell, what is bound to a key is not taken.
import type { Redis } from 'ioredis'
import { RateLimiterCluster, RateLimiterRes } from 'rate-limiter-flexible'
import type { Log } from '../../platform/log.ts'

export interface ProofReplay {
  /** @returns `seen` for one that came before; `unknown`: nobody can tell now */
  note(key: string): Promise<'new' | 'seen' | 'unknown'>
}

/** A proof is of its moment, 30 seconds around it. */
const KEPT_MS = 70_000
/** More at once than any gateway checks in that time. */
const MOST = 500_000
/** The primary, which a burst of starting workers may hold up. */
const PRIMARY_TIMEOUT_MS = 2000

export function createProofReplay(options: {
  readonly redis: Redis | null
  /** Whether other workers of this gateway see proofs too. They count only without Redis. */
  readonly isWorker: boolean
  readonly logger: Pick<Log, 'warn'>
  readonly monotonic: () => number
}): ProofReplay {
  const { redis, logger, monotonic } = options
  const amongWorkers =
    redis === null && options.isWorker
      ? new RateLimiterCluster({
          keyPrefix: 'sallyport:dpop',
          points: 1,
          duration: KEPT_MS / 1000,
          timeoutMs: PRIMARY_TIMEOUT_MS,
        })
      : null
  const seen = new Map<string, number>()

  return {
    async note(key) {
      if (amongWorkers !== null) return await noteAmong(amongWorkers, key)
      if (redis === null) return noteHere(key)
      try {
        const kept = await redis.set(`sallyport:dpop:${key}`, '1', 'PX', KEPT_MS, 'NX')
        return kept === 'OK' ? 'new' : 'seen'
      } catch (error) {
        logger.warn(
          { err: error },
          'proofs of keys cannot be told apart while Redis is unavailable',
        )
        return 'unknown'
      }
    },
  }

  async function noteAmong(
    workers: RateLimiterCluster,
    key: string,
  ): Promise<'new' | 'seen' | 'unknown'> {
    try {
      await workers.consume(key)
      return 'new'
    } catch (refusal) {
      if (refusal instanceof RateLimiterRes) return 'seen'
      logger.warn({ err: refusal }, 'proofs of keys cannot be told apart without the primary')
      return 'unknown'
    }
  }

  function noteHere(key: string): 'new' | 'seen' | 'unknown' {
    const now = monotonic()
    const until = seen.get(key)
    if (until !== undefined && until > now) return 'seen'
    forget(now)
    if (seen.size >= MOST) return 'unknown'
    seen.set(key, now + KEPT_MS)
    return 'new'
  }

  /** They stand in the order in which they came. */
  function forget(now: number): void {
    for (const [key, until] of seen) {
      if (until > now) return
      seen.delete(key)
    }
  }
}
