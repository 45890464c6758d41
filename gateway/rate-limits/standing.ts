// How a request stands with its limits, and what clients are told of it.
import { GatewayError } from '../errors.ts'
import type { Count } from './counter.ts'
import type { RateLimit } from './settings.ts'

/** Of the limit that is nearest to its end. */
export interface RateStanding extends Count {
  readonly limit: RateLimit
}

/** The one that will stop somebody first; of two that are over, the one that lasts. */
export function tighter(one: RateStanding | null, other: RateStanding): RateStanding {
  if (one === null) return other
  // Nothing is left of either: one refuses, the other has just let its last one pass.
  if (one.isOver !== other.isOver) return one.isOver ? one : other
  if (one.remaining !== other.remaining) return one.remaining < other.remaining ? one : other
  return one.resetSeconds >= other.resetSeconds ? one : other
}

/** As in draft-ietf-httpapi-ratelimit-headers-07, whose three fields clients know. */
export function rateHeaders({ limit, remaining, resetSeconds }: RateStanding) {
  return {
    'ratelimit-limit': String(limit.max),
    'ratelimit-remaining': String(remaining),
    'ratelimit-reset': String(resetSeconds),
  }
}

export function rateLimited(standing: RateStanding): GatewayError {
  const { limit, resetSeconds } = standing
  return new GatewayError('RATE_LIMITED', {
    retryAfterSeconds: resetSeconds,
    headers: rateHeaders(standing),
    logReason: `RATE_LIMIT_${scopeOf(limit).toUpperCase()}`,
  })
}

export type RateScope = 'address' | 'principal' | 'key' | 'field' | 'key_cost'

/** For the metric and the log. */
export function scopeOf({ by, field, ofKey }: RateLimit): RateScope {
  if (ofKey === 'cost') return 'key_cost'
  return field === null ? by : 'field'
}
