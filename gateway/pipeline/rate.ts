// Steps "address-rate" and "rate": how often somebody asks, before anything of a request is read, and once it is known who asks for what.
import type { RateCounter } from '../rate-limits/counter.ts'
import { countedFields } from '../rate-limits/rate-limits.ts'
import type { RateLimit } from '../rate-limits/settings.ts'
import { type RateScope, rateLimited, scopeOf, tighter } from '../rate-limits/standing.ts'
import { subjectOf } from '../rate-limits/subject.ts'
import type { GatewayRequest } from '../request.ts'
import type { Graph } from '../supergraph.ts'

export interface RateParts {
  readonly rateCounter: Pick<RateCounter, 'count'>
  currentGraph(): Pick<Graph, 'rateLimits'> | null
  readonly metrics: { countRateLimited(scope: RateScope): void }
}

interface Counted {
  readonly limit: RateLimit
  readonly times: number
}

export function limitAddress(parts: RateParts) {
  return function addressRate(request: GatewayRequest): void | Promise<void> {
    // A path that passes to auth begins on no graph, and counts all the same.
    const graph = (request.graph as Graph | undefined) ?? parts.currentGraph()
    const first = graph?.rateLimits.first ?? []
    if (first.length > 0) return countAll(parts, request, first.map(once))
  }
}

export function limitRate(parts: RateParts) {
  return function rate(request: GatewayRequest): void | Promise<void> {
    const { rateLimits } = request.graph
    const own = request.principal.bindings?.rateLimit
    const counted = [
      ...(own ? [once(own)] : []),
      ...rateLimits.requests.map(once),
      ...countedFields(rateLimits, request.prepared),
    ]
    if (counted.length > 0) return countAll(parts, request, counted)
  }
}

function once(limit: RateLimit): Counted {
  return { limit, times: 1 }
}

/** All of them count, whichever refuses: whoever is over one limit does not spare the others. */
export async function countAll(
  { rateCounter, metrics }: RateParts,
  request: GatewayRequest,
  counted: readonly Counted[],
): Promise<void> {
  const asking = {
    address: request.caller.address,
    claims: (request.principal as GatewayRequest['principal'] | undefined)?.claims ?? null,
  }
  const counts = await Promise.all(
    counted.map(async ({ limit, times }) => {
      const subject = subjectOf(limit, asking)
      return subject && { limit, ...(await rateCounter.count(limit, subject, times)) }
    }),
  )
  for (const standing of counts) {
    if (standing) request.rate = tighter(request.rate, standing)
  }
  if (request.rate === null || !request.rate.isOver) return
  metrics.countRateLimited(scopeOf(request.rate.limit))
  throw rateLimited(request.rate)
}
