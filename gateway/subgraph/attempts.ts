// One request to a subgraph, sent as often as may be: to another address while there was no connection, at once when a kept
// connection turned out to be dead, and later, within the budget, when the subgraph failed. All of it within one deadline.
import type { Address, Addresses } from './addresses.ts'
import type { Endurance } from './endurance.ts'
import { isDown, SubgraphFailure } from './failure.ts'
import type { SubgraphMeasures } from './measures.ts'
import { type PostAnswer, type PostRequest, post, type Waiter } from './post.ts'
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

/** The waiter is told the first answer, or the failure after which it is not sent again. */
export function sendRepeatedly(
  options: AttemptsOptions,
  request: RepeatableRequest,
  waiter: Waiter,
): void {
  const { addresses, budget } = options
  budget.earn()
  const attempts = new Attempts(options, request, waiter)
  if (addresses.ready === null) attempts.begin()
  else void addresses.ready.then(() => attempts.begin())
}

const NONE: readonly Address[] = []

/** Waits for one attempt after the other. The first is nearly always the only one: it costs no more than the exchange itself. */
class Attempts implements Waiter {
  readonly #options: AttemptsOptions
  readonly #request: RepeatableRequest
  readonly #waiter: Waiter
  #address: Address | null = null
  #tried = NONE
  #resets = 0
  #repeats = 0

  constructor(options: AttemptsOptions, request: RepeatableRequest, waiter: Waiter) {
    this.#options = options
    this.#request = request
    this.#waiter = waiter
  }

  begin(): void {
    const address = this.#options.addresses.pick(this.#tried)
    if (address === null) return void this.#waiter.reject(noAddress())
    this.#address = address
    post(address.pool, this.#request, this)
  }

  resolve(answer: PostAnswer): void {
    this.#address?.succeed()
    this.#waiter.resolve(answer)
  }

  reject(failure: SubgraphFailure): void {
    const address = this.#address as Address
    if (isDown(failure)) address.fail()
    const pauseMs = failure.isAbandoned ? null : this.#pauseBefore(address, failure)
    if (pauseMs === null || performance.now() + pauseMs >= this.#deadline) {
      return void this.#waiter.reject(failure)
    }
    this.#options.measures.countRetry()
    if (pauseMs === 0) return void this.begin()
    void pause(pauseMs, this.#request).then(() => this.begin())
  }

  get #deadline(): number {
    return this.#request.beganAt + this.#request.timeoutMs
  }

  /** Milliseconds until it is sent again; null: it is not. */
  #pauseBefore(address: Address, failure: SubgraphFailure): number | null {
    const { addresses, retries, budget } = this.#options
    if (failure.progress === 'unsent') {
      this.#tried = [...this.#tried, address]
      if (addresses.pick(this.#tried) !== null) return 0
      this.#tried = NONE
    }
    if (!this.#request.mayRepeat && failure.progress !== 'unsent') return null
    if (failure.progress === 'reset' && this.#resets < MAX_RESETS) {
      this.#resets += 1
      return 0
    }
    // A deadline that has passed leaves no time, and what is set up wrongly stays so.
    if (failure.code === 'SUBGRAPH_TIMEOUT' || !isDown(failure)) return null
    if (this.#repeats >= retries.attempts || !budget.spend()) return null
    this.#repeats += 1
    return Math.random() * Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 4 ** (this.#repeats - 1))
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
