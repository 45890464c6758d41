// The connection to Redis: given up on quickly, as requests wait for it.
import type { Redis } from 'ioredis'
import type { Log } from './log.ts'

/** Redis is asked for no longer than this. */
const REDIS_TIMEOUT_MS = 300

export interface RedisOptions {
  readonly logger: Pick<Log, 'warn' | 'info'>
  /** What is logged once when it is away. Default: that it is unavailable. */
  readonly unavailable?: string
  /** Between two tries to connect, at most. Default: 1 s. */
  readonly longestPauseMs?: number
}

/** Only who has Redis loads what speaks to it. */
export async function connectToRedis(url: string, options: RedisOptions): Promise<Redis> {
  const { logger, unavailable = 'Redis is unavailable', longestPauseMs = 1_000 } = options
  const { Redis } = await import('ioredis')
  const redis = new Redis(url, {
    commandTimeout: REDIS_TIMEOUT_MS,
    connectTimeout: 2_000,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    retryStrategy: (attempt) => Math.min(longestPauseMs, 100 * attempt),
  })
  let isAway = false
  // Each try to connect is an error of its own: one line tells of them all.
  redis.on('error', (error: Error) => {
    if (!isAway) logger.warn({ err: error }, unavailable)
    isAway = true
  })
  redis.on('ready', () => {
    if (isAway) logger.info('Redis is back')
    isAway = false
  })
  return redis
}
