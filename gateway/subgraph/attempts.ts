// One request to a subgraph, sent as often as may be: to another address while there was no connection, at once when a kept
// connection turned out to be dead, and later, within the budget, when the subgraph failed. All of it within one deadline.
import type { Address, Addresses } from './addresses.ts'
import type { Endurance } from './endurance.ts'
import { isDown, SubgraphFailure } from './failure.ts'
import type { SubgraphMeasures } from './measures.ts'
import { type PostAnswer, type PostRequest, post } from './post.ts'
import type { RetryBudget } from './retry-budget.ts'

export interface AttemptsOptions {
  readonly addresses: Addresses
  readonly retries: Endurance['retries']
  readonly budget: RetryBudget
  readonly measures: Pick<SubgraphMeasures, 'countRetry'>
}

export interface RepeatableRequest extends PostRequest {
  /** Whether it may be carried out twice: queries alone. */
  readonly mayRepeat: boolean
}

/** How many kept connections of one request may turn out to be dead: after a restart of the subgraph all of them are. */
const MAX_RESETS = 3
const FIRST_PAUSE_MS = 50
const LONGEST_PAUSE_MS = 1000

/** @throws SubgraphFailure of the last attempt */
export async function sendRepeatedly(
  { addresses, retries, budget, measures }: AttemptsOptions,
  request: RepeatableRequest,
): Promise<PostAnswer> {
  const deadline = performance.now() + request.timeoutMs
  const state = { tried: [] as Address[], resets: 0, repeats: 0 }
  budget.earn()
  if (addresses.ready !== null) await addresses.ready
  for (;;) {
    const address = addresses.pick(state.tried)
    if (address === null) throw noAddress()
    try {
      const answer = await post(address.pool, {
        ...request,
        timeoutMs: deadline - performance.now(),
      })
      address.succeed()
      return answer
    } catch (failure) {
      if (!(failure instanceof SubgraphFailure) || failure.isAbandoned) throw failure
      if (isDown(failure)) address.fail()
      const pauseMs = pauseBefore(address, failure)
      if (pauseMs === null || performance.now() + pauseMs >= deadline) throw failure
      measures.countRetry()
      if (pauseMs > 0) await pause(pauseMs, request)
    }
  }

  /** Milliseconds until it is sent again; null: it is not. */
  function pauseBefore(address: Address, failure: SubgraphFailure): number | null {
    if (failure.progress === 'unsent') {
      state.tried.push(address)
      if (addresses.pick(state.tried) !== null) return 0
      state.tried = []
    }
    if (!request.mayRepeat && failure.progress !== 'unsent') return null
    if (failure.progress === 'reset' && state.resets < MAX_RESETS) {
      state.resets += 1
      return 0
    }
    // A deadline that has passed leaves no time, and what is set up wrongly stays so.
    if (failure.code === 'SUBGRAPH_TIMEOUT' || !isDown(failure)) return null
    if (state.repeats >= retries.attempts || !budget.spend()) return null
    state.repeats += 1
    return Math.random() * Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 4 ** (state.repeats - 1))
  }
}

function noAddress(): SubgraphFailure {
  const options = { progress: 'unsent' } as const
  return new SubgraphFailure('SUBGRAPH_UNAVAILABLE', 'no address is known for it', options)
}

/** Ends early when nobody waits any longer. */
function pause(ms: number, { cancellation }: PostRequest): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer)
      cancellation.forget(end)
      resolve()
    }
    const timer = setTimeout(end, ms)
    cancellation.onCancelled(end)
  })
}
