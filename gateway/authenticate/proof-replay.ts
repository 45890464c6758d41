// Proofs of a key (DPoP) that were seen: each works once. All gateways share them in Redis where there is one; while that is away,
// nobody can tell, and what is bound to a key is not taken.
import type { Redis } from 'ioredis'
import type { Log } from '../../platform/log.ts'

export interface ProofReplay {
  /** @returns `seen` for one that came before; `unknown`: nobody can tell now */
  note(key: string): Promise<'new' | 'seen' | 'unknown'>
}

/** A proof is of its moment, 30 seconds around it. */
const KEPT_MS = 70_000
/** More at once than any gateway checks in that time. */
const MOST = 500_000

export function createProofReplay(options: {
  readonly redis: Redis | null
  readonly logger: Pick<Log, 'warn'>
  readonly monotonic: () => number
}): ProofReplay {
  const { redis, logger, monotonic } = options
  const seen = new Map<string, number>()

  return {
    async note(key) {
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
