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
  /** On the clock of `performance.now()`: `timeoutMs` covers all attempts. */
  readonly beganAt: number
}

/** How many kept connections of one request may turn out to be dead: after a restart of the subgraph all of them are. */
const MAX_RESETS = 3
const FIRST_PAUSE_MS = 50
const LONGEST_PAUSE_MS = 1000

/** The first attempt, which is nearly always the only one: it costs no more than the exchange itself. @throws SubgraphFailure of the last */
export function sendRepeatedly(
  options: AttemptsOptions,
  request: RepeatableRequest,
): Promise<PostAnswer> {
  const { addresses, budget } = options
  budget.earn()
  if (addresses.ready !== null) {
    return addresses.ready.then(() => new Attempts(options, request).next())
  }
  const address = addresses.pick(NONE)
  if (address === null) return Promise.reject(noAddress())
  return post(address.pool, request).then(
    (answer) => {
      address.succeed()
      return answer
    },
    (failure: unknown) => new Attempts(options, request).after(address, failure),
  )
}

const NONE: readonly Address[] = []

/** What follows a first attempt that failed. */
class Attempts {
  readonly #options: AttemptsOptions
  readonly #request: RepeatableRequest
  readonly #deadline: number
  #tried: Address[] = []
  #resets = 0
  #repeats = 0

  constructor(options: AttemptsOptions, request: RepeatableRequest) {
    this.#options = options
    this.#request = request
    this.#deadline = request.beganAt + request.timeoutMs
  }

  async next(): Promise<PostAnswer> {
    const address = this.#options.addresses.pick(this.#tried)
    if (address === null) throw noAddress()
    const timeoutMs = this.#deadline - performance.now()
    try {
      const answer = await post(address.pool, { ...this.#request, timeoutMs })
      address.succeed()
      return answer
    } catch (failure) {
      return await this.after(address, failure)
    }
  }

  async after(address: Address, failure: unknown): Promise<PostAnswer> {
    if (!(failure instanceof SubgraphFailure) || failure.isAbandoned) throw failure
    if (isDown(failure)) address.fail()
    const pauseMs = this.#pauseBefore(address, failure)
    if (pauseMs === null || performance.now() + pauseMs >= this.#deadline) throw failure
    this.#options.measures.countRetry()
    if (pauseMs > 0) await pause(pauseMs, this.#request)
    return await this.next()
  }

  /** Milliseconds until it is sent again; null: it is not. */
  #pauseBefore(address: Address, failure: SubgraphFailure): number | null {
    const { addresses, retries, budget } = this.#options
    if (failure.progress === 'unsent') {
      this.#tried.push(address)
      if (addresses.pick(this.#tried) !== null) return 0
      this.#tried = []
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
