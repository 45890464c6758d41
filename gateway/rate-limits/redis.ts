// The connection to Redis: given up on quickly, as requests wait for it.
import type { Redis } from 'ioredis'
import type { Log } from '../../platform/log.ts'
import { REDIS_TIMEOUT_MS } from './counter.ts'

/** Only who has Redis loads what speaks to it. */
export async function connectToRedis(
  url: string,
  logger: Pick<Log, 'warn' | 'info'>,
): Promise<Redis> {
  const { Redis } = await import('ioredis')
  const redis = new Redis(url, {
    commandTimeout: REDIS_TIMEOUT_MS,
    connectTimeout: 2_000,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    retryStrategy: (attempt) => Math.min(1_000, 100 * attempt),
  })
  let isAway = false
  // Each try to connect is an error of its own: one line tells of them all.
  redis.on('error', (error: Error) => {
    if (!isAway) logger.warn({ err: error }, 'Redis is unavailable')
    isAway = true
  })
  redis.on('ready', () => {
    if (isAway) logger.info('Redis is back')
    isAway = false
  })
  return redis
}
