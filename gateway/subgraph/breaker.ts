// A circuit breaker for one subgraph: while it fails, requests are refused at once instead of waiting for their deadline, and
// a single one tries from time to time whether it is back.
import {
  type CircuitBreakerPolicy,
  CircuitState,
  ConsecutiveBreaker,
  circuitBreaker,
  handleWhen,
} from 'cockatiel'
import type { Endurance } from './endurance.ts'
import { isDown, SubgraphFailure } from './failure.ts'

export type BreakerState = 'closed' | 'half-open' | 'open'

export interface Breaker {
  /** A pass for one request, which is told what came of it; a failure with `retryAfterSeconds` while it is open. */
  admit(): Pass | SubgraphFailure
  readonly state: BreakerState
}

/** One of the two, once. */
export interface Pass {
  /** What it returns resolves once it counts: whoever is told of the outcome first could ask again before the breaker knows. */
  succeed(): Promise<void> | undefined
  fail(failure: SubgraphFailure): Promise<void>
}

export interface BreakerOptions extends Pick<Endurance, 'breaker'> {
  onChange?(state: BreakerState): void
}

/** After a trial whose client left. It has shown nothing: those who ask and leave at once must not keep a subgraph away that is back. */
const AFTER_ABANDONED_MS = 100

const STATES: Readonly<Record<CircuitState, BreakerState>> = {
  [CircuitState.Closed]: 'closed',
  [CircuitState.HalfOpen]: 'half-open',
  [CircuitState.Open]: 'open',
  // Nobody isolates one by hand.
  [CircuitState.Isolated]: 'open',
}

export function createBreaker({ breaker, onChange }: BreakerOptions): Breaker {
  const { failures, openMs } = breaker
  if (failures === 0) return { admit: () => UNCOUNTED, state: 'closed' }
  // A trial whose client left has shown nothing: it must not close what is open.
  const counts = (error: Error) =>
    error instanceof SubgraphFailure &&
    (isDown(error) || (error.isAbandoned && policy.state === CircuitState.HalfOpen))
  const policy = circuitBreaker(handleWhen(counts), {
    // Of the time `admit` decides. The library asks the wall clock, which may be set back: until it has caught up, nothing
    // would try whether the subgraph is back.
    halfOpenAfter: Number.NEGATIVE_INFINITY,
    breaker: new ConsecutiveBreaker(failures),
  })
  let openedAt = 0
  policy.onStateChange((state) => {
    if (state === CircuitState.Open) openedAt = performance.now()
    onChange?.(STATES[state])
  })
  const usual = createUsualPass(policy)

  return {
    get state() {
      return STATES[policy.state]
    },
    admit() {
      const { state } = policy
      if (state === CircuitState.Closed) return usual
      const leftMs = openedAt + openMs - performance.now()
      // The library would let others wait for the outcome of the trial, however long that takes.
      if (state === CircuitState.HalfOpen || leftMs > 0) return refusal(leftMs)
      return beginTrial()
    },
  }

  function beginTrial(): Pass {
    let pass: Pass | undefined
    const outcome = new Promise<void>((resolve, reject) => {
      const succeed = () => {
        resolve()
        return isCounted
      }
      const fail = (failure: SubgraphFailure) => {
        reject(failure)
        return isCounted.then(() => {
          if (failure.isAbandoned) openedAt = performance.now() - openMs + AFTER_ABANDONED_MS
        })
      }
      pass = { succeed, fail }
    })
    const isCounted = policy.execute(() => outcome).catch(() => undefined)
    return pass as Pass
  }
}

const UNCOUNTED: Pass = { succeed: () => undefined, fail: async () => undefined }

/**
 * Of all requests while the breaker is closed. The library hears of failures, and of the first success after one: to run each
 * request within it would cost as much as all else that stands between the gateway and a subgraph.
 */
function createUsualPass(policy: CircuitBreakerPolicy): Pass {
  let isShaken = false
  return {
    succeed() {
      if (!isShaken || policy.state !== CircuitState.Closed) return
      isShaken = false
      return policy.execute(() => undefined)
    },
    async fail(failure) {
      // One that began before it opened says nothing new.
      if (policy.state !== CircuitState.Closed) return
      isShaken = true
      await policy.execute(() => Promise.reject(failure)).catch(() => undefined)
    },
  }
}

function refusal(leftMs: number): SubgraphFailure {
  const retryAfterSeconds = Math.max(1, Math.ceil(leftMs / 1000))
  return new SubgraphFailure('SUBGRAPH_UNAVAILABLE', 'the breaker is open', { retryAfterSeconds })
}
