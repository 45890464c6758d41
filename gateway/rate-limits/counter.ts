// Counts how often somebody asked, in windows: in Redis where there is one, so that all gateways count together; else among the
// workers of this gateway; else here. Whatever becomes of Redis, everybody is counted: a fault never means "no limit".
//
//   count ──► Redis ──(away, or slower than 0.3 s)──► memory of this process, until Redis answers again: asked once a second,
//                                                     and no request waits for that
import type { Redis } from 'ioredis'
import {
  type RateLimiterAbstract,
  RateLimiterCluster,
  RateLimiterMemory,
  RateLimiterRedis,
  RateLimiterRes,
} from 'rate-limiter-flexible'
import type { Log } from '../../platform/log.ts'
import { createKnownOver, type KnownOver } from './known-over.ts'
import type { RateLimit } from './settings.ts'
import { createSubjects, type Subjects } from './subjects.ts'

export interface Count {
  readonly isOver: boolean
  /** Left in this window; never negative. */
  readonly remaining: number
  /** Until the window ends; at least 1. */
  readonly resetSeconds: number
}

export interface RateCounter {
  /** @param subject whom it counts for @param points how often they ask at once */
  count(limit: RateLimit, subject: string, points: number): Promise<Count>
  stop(): void
}

export interface RateCounterOptions {
  /** Null: counts stay in this gateway. */
  readonly redis: Redis | null
  /** Whether other workers of this gateway are asked, through the primary. Only without Redis. */
  readonly isWorker: boolean
  readonly logger: Pick<Log, 'warn' | 'info'>
  /** Milliseconds that never jump. */
  readonly monotonic: () => number
}

interface Limiters {
  readonly shared: RateLimiterAbstract | null
  readonly own: RateLimiterAbstract
  /** Of what is counted in memory; null: there cannot be too many. */
  readonly subjects: Subjects | null
  /** Null: whoever counts them knows it too. */
  readonly over: KnownOver | null
}

/** The primary, for longer: it does nothing else, and a burst of starting workers holds it up. */
const PRIMARY_TIMEOUT_MS = 2000
const PAUSE_MS = 1000
const TELL_EVERY_MS = 60_000

export function createRateCounter(options: RateCounterOptions): RateCounter {
  const { redis, logger, monotonic } = options
  const limiters = new Map<string, Limiters>()
  let nextLookAt = Number.NEGATIVE_INFINITY
  let nextTellAt = Number.NEGATIVE_INFINITY
  let isAway = false

  return {
    async count(limit, subject, points) {
      const { shared, own, subjects, over } = limitersOf(limit)
      const inMemory = () => ({ limit, subject: subjects?.countedAs(subject) ?? subject, points })
      if (shared === null) return await consume(own, inMemory())
      const asked = redis === null ? inMemory() : { limit, subject, points }
      if (isAway) {
        if (monotonic() >= nextLookAt) void lookAgain(shared, asked)
        return await consume(own, inMemory())
      }
      const secondsLeft = over?.secondsLeft(subject) ?? null
      if (secondsLeft !== null) return { isOver: true, remaining: 0, resetSeconds: secondsLeft }
      try {
        const count = await consume(shared, asked)
        if (count.isOver) over?.note(subject, count.resetSeconds)
        return count
      } catch (error) {
        nextLookAt = monotonic() + PAUSE_MS
        if (!isAway) logger.warn({ err: error }, 'requests are counted in this process alone')
        isAway = true
        return await consume(own, inMemory())
      }
    },
    stop: () => redis?.disconnect(),
  }

  /** Beside the request that is answered meanwhile: nobody waits for one that is away. */
  async function lookAgain(shared: RateLimiterAbstract, asked: Asked): Promise<void> {
    nextLookAt = monotonic() + PAUSE_MS
    try {
      // A write, as counting is one: a Redis that can be read alone is no use.
      if (redis === null) await consume(shared, asked)
      else await redis.set('sallyport:rate:look', '', 'PX', PAUSE_MS)
      isAway = false
      logger.info('requests are counted together again')
    } catch {
      nextLookAt = monotonic() + PAUSE_MS
    }
  }

  /** One for each limit, however often the graph is swapped: counts outlive it. */
  function limitersOf(limit: RateLimit): Limiters {
    const key = keyOf(limit)
    const found = limiters.get(key)
    if (found !== undefined) return found
    const made = {
      ...createLimiters(key, limit, options),
      subjects: subjectsOf(limit),
      over: redis !== null && limit.ofKey === undefined ? createKnownOver(monotonic) : null,
    }
    limiters.set(key, made)
    return made
  }

  /** Of API keys there are as many as auth has made: nobody else is counted by them. */
  function subjectsOf({ by, ofKey, windowSeconds }: RateLimit): Subjects | null {
    if (by === 'key' || ofKey !== undefined) return null
    return createSubjects({ windowMs: windowSeconds * 1000, monotonic, onCrowd: tellOfCrowd })
  }

  function tellOfCrowd(): void {
    if (monotonic() < nextTellAt) return
    nextTellAt = monotonic() + TELL_EVERY_MS
    logger.warn('more ask than are counted by themselves: who came last is counted with others')
  }
}

/** The same limit on two gateways is one count, whatever stands around it. */
function keyOf({ by, field, max, windowSeconds, ofKey }: RateLimit): string {
  if (ofKey !== undefined) return `sallyport:rate:of-key:${ofKey}`
  return `sallyport:rate:${by}:${field ?? ''}:${max}:${windowSeconds}`
}

function createLimiters(
  keyPrefix: string,
  { max, windowSeconds, ofKey }: RateLimit,
  { redis, isWorker }: RateCounterOptions,
): Pick<Limiters, 'shared' | 'own'> {
  // Keys have limits as they like: there is one limiter for all of them, which counts and never refuses.
  const points = ofKey === undefined ? max : Number.MAX_SAFE_INTEGER
  const settings = { keyPrefix, points, duration: windowSeconds }
  const own = new RateLimiterMemory(settings)
  if (redis !== null) {
    const shared = new RateLimiterRedis({
      ...settings,
      storeClient: redis,
      rejectIfRedisNotReady: true,
    })
    return { shared, own }
  }
  if (!isWorker) return { shared: null, own }
  return { shared: new RateLimiterCluster({ ...settings, timeoutMs: PRIMARY_TIMEOUT_MS }), own }
}

interface Asked {
  readonly limit: RateLimit
  readonly subject: string
  readonly points: number
}

/** @throws Error when it could not be counted */
async function consume(
  limiter: RateLimiterAbstract,
  { limit, subject, points }: Asked,
): Promise<Count> {
  const { max, windowSeconds, ofKey } = limit
  try {
    if (ofKey === undefined) return toCount(await limiter.consume(subject, points), limit)
    const key = `${subject}:${windowSeconds}`
    const found = await limiter.consume(key, points, { customDuration: windowSeconds })
    const remainingPoints = max - found.consumedPoints
    const { msBeforeNext } = found
    return toCount({ remainingPoints, msBeforeNext, isOver: remainingPoints < 0 }, limit)
  } catch (refusal) {
    if (!(refusal instanceof RateLimiterRes)) throw refusal
    const { remainingPoints, msBeforeNext } = refusal
    return toCount({ remainingPoints, msBeforeNext, isOver: true }, limit)
  }
}

interface Consumed extends Pick<RateLimiterRes, 'remainingPoints' | 'msBeforeNext'> {
  readonly isOver?: boolean
}

function toCount(
  { remainingPoints, msBeforeNext, isOver = false }: Consumed,
  { windowSeconds }: RateLimit,
): Count {
  return {
    isOver,
    remaining: isOver ? 0 : Math.max(0, remainingPoints),
    // The library goes by the clock of the machine, which may have been set back: no window is longer than it is.
    resetSeconds: Math.min(windowSeconds, Math.max(1, Math.ceil(msBeforeNext / 1000))),
  }
}
