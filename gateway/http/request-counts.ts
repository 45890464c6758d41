// Requests of the graph, by who asked and what came of it. A count is one addition to an array; labels are made when somebody
// asks for the metrics.
import type { Claims } from '@sallyport/claims'
import { Counter, type Registry } from 'prom-client'
import { GATEWAY_ERROR_CODES } from '../errors.ts'
import { createHistograms, toMetric } from '../histograms.ts'
import type { GatewayRequest } from '../request.ts'

/** `partial`: answered, with errors beside or instead of some of the data. `refused` before anything ran; `failed`: with a 5xx. */
const OUTCOMES = ['ok', 'partial', 'refused', 'failed'] as const
type RequestOutcome = (typeof OUTCOMES)[number]

/** As in the request's line of the log. */
const KINDS = [
  'unknown',
  'anonymous',
  'user',
  'api-key',
  'client',
  'gateway',
] as const satisfies readonly (Claims['kind'] | 'unknown')[]
/** A subgraph's own codes are as many as it likes: they count as one. */
const OTHER = 'other'
const CODES = [
  'none',
  OTHER,
  ...GATEWAY_ERROR_CODES,
  'INVALID_CREDENTIALS',
  'INVALID_REFRESH_TOKEN',
  'VERIFICATION_FAILED',
  'BAD_USER_INPUT',
  'WEAK_PASSWORD',
  'CONFLICT',
  'LAST_ADMIN',
  'NOT_FOUND',
]

/** From an answer out of memory to the longest that a request may take. */
const BOUNDS_MS = [1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, 30_000]

export type CountRequest = (request: GatewayRequest, ms: number) => void

export function createRequestCounts(registry: Registry): CountRequest {
  const counts = new Float64Array(KINDS.length * OUTCOMES.length * CODES.length)
  const kindPlaces = new Map<string, number>(KINDS.map((kind, place) => [kind, place]))
  const codePlaces = new Map<string, number>(CODES.map((code, place) => [code, place]))
  const durations = createHistograms(['all'], BOUNDS_MS)

  new Counter({
    name: 'sallyport_requests_total',
    help: 'Requests of the graph, by who asked, what came of them, and the code of the refusal or of the first error.',
    labelNames: ['kind', 'outcome', 'code'],
    registers: [registry],
    collect() {
      this.reset()
      for (const [place, count] of counts.entries()) {
        if (count > 0) this.inc(labelsOf(place), count)
      }
    },
  })
  registry.registerMetric(
    toMetric({
      name: 'sallyport_request_duration_seconds',
      help: 'How long requests of the graph took, from their head to the answer.',
      label: null,
      read: () => durations.read(),
    }),
  )

  return (request, ms) => {
    const { principal } = request as Partial<GatewayRequest>
    const kind = kindPlaces.get(principal?.claims.kind ?? 'unknown') ?? 0
    const place = (kind * OUTCOMES.length + outcomeOf(request)) * CODES.length + codeOf(request)
    counts[place] = (counts[place] ?? 0) + 1
    durations.record(0, ms)
  }

  function codeOf({ refusal, result }: GatewayRequest): number {
    if (refusal !== null) return codePlaces.get(refusal.code) ?? 1
    const errors = result?.errors
    if (errors === undefined || errors.length === 0) return 0
    return codePlaces.get(String(errors[0]?.extensions?.code)) ?? 1
  }
}

function outcomeOf({ refusal, result }: GatewayRequest): number {
  const outcome: RequestOutcome =
    refusal === null
      ? (result?.errors?.length ?? 0) > 0
        ? 'partial'
        : 'ok'
      : refusal.status >= 500
        ? 'failed'
        : 'refused'
  return OUTCOMES.indexOf(outcome)
}

function labelsOf(place: number): Record<'kind' | 'outcome' | 'code', string> {
  const perKind = OUTCOMES.length * CODES.length
  return {
    kind: KINDS[Math.floor(place / perKind)] ?? 'unknown',
    outcome: OUTCOMES[Math.floor((place % perKind) / CODES.length)] ?? 'ok',
    code: CODES[place % CODES.length] ?? OTHER,
  }
}
