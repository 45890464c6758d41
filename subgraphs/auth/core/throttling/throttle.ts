// Counts attempts, shared between instances: in Redis where there is one, in PostgreSQL otherwise and whenever Redis is unavailable.
// Never inside a transaction: the embedded database has one connection, and a count must survive what it counts.
import type { Redis } from 'ioredis'
import type { Knex } from 'knex'
import type { Logger } from 'pino'
import {
  type RateLimiterAbstract,
  RateLimiterPostgres,
  RateLimiterRedis,
  type RateLimiterRes,
} from 'rate-limiter-flexible'
import { connectToRedis } from '../../../../platform/redis.ts'
import type { CountKey } from './count-key.ts'
import { type Limit, type LimitName, limits } from './limits.ts'

export interface Count {
  /** With this one. */
  readonly count: number
  readonly isOver: boolean
  /** Until the window ends; at least 1. */
  readonly retryAfterSeconds: number
}

export interface Throttle {
  /** Counts one more. @param seconds length of the window, where it is not the table's */
  add(limit: LimitName, key: CountKey, seconds?: number): Promise<Count>
  /** Takes one back: the attempt was a success. */
  forgive(limit: LimitName, key: CountKey): Promise<void>
  /** Starts anew. */
  reset(limit: LimitName, key: CountKey): Promise<void>
  stop(): Promise<void>
}

/** Redis that did not answer is left alone for a while: a login makes several counts. */
const REDIS_PAUSE_MS = 5_000

interface Limiters {
  readonly inRedis: RateLimiterAbstract | null
  readonly inPostgres: RateLimiterAbstract
}

export async function createThrottle(deps: {
  readonly db: Knex
  readonly redisUrl: string | null
  readonly log: Logger
}): Promise<Throttle> {
  const redis =
    deps.redisUrl === null
      ? null
      : await connectToRedis(deps.redisUrl, {
          logger: deps.log,
          unavailable: 'Redis is unavailable: attempts are counted in PostgreSQL',
          longestPauseMs: 2_000,
        })
  const limiters = new Map(
    (Object.entries(limits) as [LimitName, Limit][]).map(([name, limit]) => {
      return [name, createLimiters(name, limit, { db: deps.db, redis })]
    }),
  )
  let pausedUntil = 0

  /** Whatever goes wrong with Redis, the attempt is counted: in PostgreSQL, or the request fails with it. */
  async function count<T>(
    name: LimitName,
    work: (limiter: RateLimiterAbstract) => Promise<T>,
  ): Promise<T> {
    const found = limiters.get(name)
    if (found === undefined) throw new Error(`there is no limit "${name}"`)
    const { inRedis, inPostgres } = found
    if (inRedis === null || performance.now() < pausedUntil) return await work(inPostgres)
    try {
      return await work(inRedis)
    } catch (error) {
      pausedUntil = performance.now() + REDIS_PAUSE_MS
      deps.log.warn({ err: error }, 'Redis does not count: PostgreSQL does for a while')
      return await work(inPostgres)
    }
  }

  return {
    add: async (limit, key, seconds) => {
      const options = seconds === undefined ? {} : { customDuration: seconds }
      return toCount(limit, await count(limit, (it) => it.penalty(key, 1, options)))
    },
    forgive: async (limit, key) => void (await count(limit, (it) => it.reward(key))),
    reset: async (limit, key) => void (await count(limit, (it) => it.delete(key))),
    stop: async () => redis?.disconnect(),
  }
}

function createLimiters(
  name: LimitName,
  { points, seconds, isDurable = false }: Limit,
  { db, redis }: { readonly db: Knex; readonly redis: Redis | null },
): Limiters {
  const options = { keyPrefix: `sallyport:${name}`, points, duration: seconds }
  const inPostgres = new RateLimiterPostgres({
    ...options,
    storeClient: db,
    storeType: 'knex',
    tableName: 'throttles',
    tableCreated: true,
    clearExpiredByTimeout: false,
  })
  if (redis === null || isDurable) return { inRedis: null, inPostgres }
  const inRedis = new RateLimiterRedis({
    ...options,
    storeClient: redis,
    rejectIfRedisNotReady: true,
  })
  return { inRedis, inPostgres }
}

function toCount(limit: LimitName, found: RateLimiterRes): Count {
  const count = Math.max(0, found.consumedPoints)
  return {
    count,
    isOver: count > limits[limit].points,
    retryAfterSeconds: Math.max(1, Math.ceil(found.msBeforeNext / 1000)),
  }
}
