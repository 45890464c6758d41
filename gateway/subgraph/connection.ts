// All that stands between a request for one subgraph and its addresses: how many may wait, the breaker, the attempts.
import type { Log } from '../../platform/log.ts'
import { type Addresses, createAddresses } from './addresses.ts'
import { type RepeatableRequest, sendRepeatedly } from './attempts.ts'
import { createBreaker } from './breaker.ts'
import type { Endurance } from './endurance.ts'
import { SubgraphFailure } from './failure.ts'
import type { SubgraphMeasures } from './measures.ts'
import type { PostAnswer } from './post.ts'
import type { NameServices } from './resolve.ts'
import { createRetryBudget } from './retry-budget.ts'

export interface ConnectionOptions {
  readonly subgraph: {
    readonly name: string
    readonly urls: readonly string[]
    readonly endurance: Endurance
  }
  readonly names: NameServices
  readonly measures: SubgraphMeasures
  readonly logger: Pick<Log, 'warn'>
}

export interface Connection {
  /** @throws SubgraphFailure */
  send(request: RepeatableRequest): Promise<PostAnswer>
  stop(): Promise<void>
}

/** For each connection that is busy, so many may wait for it: each waits a moment more than the one before. */
const WAITING_EACH = 8

export function createConnection(options: ConnectionOptions): Connection {
  const { subgraph, measures, logger } = options
  const { retries, breaker: breakerSettings, concurrency } = subgraph.endurance
  const addresses: Addresses = createAddresses({
    ...options,
    subgraph: subgraph.name,
    urls: subgraph.urls,
    connections: concurrency,
  })
  const attempts = {
    addresses,
    retries,
    budget: createRetryBudget(retries.budgetPercent),
    measures,
  }
  const breaker = createBreaker({
    breaker: breakerSettings,
    onChange(state) {
      measures.setBreaker(state)
      logger.warn({ subgraph: subgraph.name, breaker: state }, 'a breaker changed')
    },
  })
  const most = concurrency * subgraph.urls.length * (1 + WAITING_EACH)
  let underWay = 0

  return {
    send(request) {
      if (underWay >= most) return Promise.reject(tooMany())
      const pass = breaker.admit()
      if (pass instanceof SubgraphFailure) return Promise.reject(pass)
      underWay += 1
      return new Promise((resolve, reject) => {
        sendRepeatedly(attempts, request, {
          resolve(answer) {
            underWay -= 1
            const isCounted = pass.succeed()
            if (isCounted === undefined) resolve(answer)
            else void isCounted.then(() => resolve(answer))
          },
          reject(failure) {
            underWay -= 1
            void pass.fail(failure).then(() => reject(failure))
          },
        })
      })
    },
    async stop() {
      await addresses.stop()
      measures.stop()
    },
  }
}

function tooMany(): SubgraphFailure {
  const options = { retryAfterSeconds: 1, isShed: true }
  return new SubgraphFailure('SUBGRAPH_UNAVAILABLE', 'too many wait for a connection', options)
}
