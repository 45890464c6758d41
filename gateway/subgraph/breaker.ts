// A circuit breaker for one subgraph: while it fails, requests are refused at once instead of waiting for their deadline, and
// a single one tries from time to time whether it is back.
import { CircuitState, ConsecutiveBreaker, circuitBreaker, handleWhen } from 'cockatiel'
import type { Endurance } from './endurance.ts'
import { isDown, SubgraphFailure } from './failure.ts'

export type BreakerState = 'closed' | 'half-open' | 'open'

export interface Breaker {
  /** @throws SubgraphFailure with `retryAfterSeconds` while it is open; whatever `send` throws. */
  run<T>(send: () => Promise<T>): Promise<T>
  readonly state: BreakerState
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
  if (failures === 0) return { run: (send) => send(), state: 'closed' }
  // A trial whose client left has shown nothing: it must not close what is open.
  const counts = (error: Error) =>
    error instanceof SubgraphFailure &&
    (isDown(error) || (error.isAbandoned && policy.state === CircuitState.HalfOpen))
  const policy = circuitBreaker(handleWhen(counts), {
    // Of the time `run` decides. The library asks the wall clock, which may be set back: until it has caught up, nothing
    // would try whether the subgraph is back.
    halfOpenAfter: Number.NEGATIVE_INFINITY,
    breaker: new ConsecutiveBreaker(failures),
  })
  let openedAt = 0
  policy.onStateChange((state) => {
    if (state === CircuitState.Open) openedAt = performance.now()
    onChange?.(STATES[state])
  })

  return {
    get state() {
      return STATES[policy.state]
    },
    run(send) {
      const { state } = policy
      if (state === CircuitState.Closed) return policy.execute(send)
      const leftMs = openedAt + openMs - performance.now()
      // The library would let others wait for the outcome of the trial, however long that takes.
      if (state === CircuitState.HalfOpen || leftMs > 0) return Promise.reject(refusal(leftMs))
      return policy.execute(send).catch((failure: unknown) => {
        if (failure instanceof SubgraphFailure && failure.isAbandoned) {
          openedAt = performance.now() - openMs + AFTER_ABANDONED_MS
        }
        throw failure
      })
    },
  }
}

function refusal(leftMs: number): SubgraphFailure {
  const retryAfterSeconds = Math.max(1, Math.ceil(leftMs / 1000))
  return new SubgraphFailure('SUBGRAPH_UNAVAILABLE', 'the breaker is open', { retryAfterSeconds })
}
