// A subgraph that keeps failing is left alone for a while, and a single request tries whether it is back.
import { setTimeout } from 'node:timers/promises'
import { Registry } from 'prom-client'
import { describe, expect, test, vi } from 'vitest'
import { Cancellation } from '../../../gateway/cancellation.ts'
import { createBreaker } from '../../../gateway/subgraph/breaker.ts'
import { SubgraphFailure, type SubgraphFailureOptions } from '../../../gateway/subgraph/failure.ts'
import { createSubgraphMeasures } from '../../../gateway/subgraph/measures.ts'
import {
  answerData,
  answerJson,
  answerPage,
  type Behaviour,
  connectTo,
  startSubgraphServer,
} from './subgraph-server.ts'

const settings = {
  breaker: { failures: 3, openMs: 300 },
  retries: { attempts: 0 },
}

/** Fails until it is told otherwise. */
function failing() {
  const state = { behave: answerPage(503) as Behaviour }
  const behave: Behaviour = (...request) => state.behave(...request)
  return { state, behave }
}

type Shop = ReturnType<typeof connectTo>

async function open(shop: Shop): Promise<void> {
  for (let turn = 0; turn < 3; turn += 1) await shop.ask()
}

/** Asks until the subgraph is asked again. */
async function untilTried(shop: Shop, server: { readonly count: number }) {
  const before = server.count
  return await vi.waitFor(async () => {
    const answer = await shop.ask()
    expect(server.count).toBeGreaterThan(before)
    return answer
  }, 30_000)
}

describe('a breaker', () => {
  test('opens after so many failures in a row: then nobody waits, nothing is sent, and it says when to come back', async () => {
    const { behave } = failing()
    await using server = await startSubgraphServer(behave)
    await using shop = connectTo(server.url, {
      ...settings,
      breaker: { failures: 3, openMs: 60_000 },
    })
    await open(shop)
    const { errors } = await shop.ask()
    expect(errors).toMatchObject([
      { extensions: { code: 'SUBGRAPH_UNAVAILABLE', retryAfterSeconds: 60 } },
    ])
    expect(server.count).toBe(3)
    const metrics = await shop.metrics()
    expect(metrics).toContain('sallyport_breaker_state{subgraph="shop"} 2')
    expect(metrics).toContain(
      'sallyport_subgraph_requests_total{subgraph="shop",outcome="refused"} 1',
    )
  })

  test('is told of once in the log, not with each request that it refuses', async () => {
    const { behave } = failing()
    await using server = await startSubgraphServer(behave)
    await using shop = connectTo(server.url, {
      ...settings,
      breaker: { failures: 3, openMs: 60_000 },
    })
    await open(shop)
    const lines = shop.logged.length
    for (let turn = 0; turn < 5; turn += 1) await shop.ask()
    expect(shop.logged).toHaveLength(lines)
    expect(shop.logged.at(-1)?.[0] ?? shop.logged).toBeDefined()
    expect(JSON.stringify(shop.logged)).toContain('"breaker":"open"')
  })

  test('closes when a single trial succeeds', async () => {
    const { state, behave } = failing()
    await using server = await startSubgraphServer(behave)
    await using shop = connectTo(server.url, settings)
    await open(shop)
    state.behave = answerData
    expect((await untilTried(shop, server)).data).toEqual({ a: 1 })
    expect((await shop.ask()).data).toEqual({ a: 1 })
    expect(await shop.metrics()).toContain('sallyport_breaker_state{subgraph="shop"} 0')
  })

  test('tries in time although the clock of the machine was set back', async () => {
    const { state, behave } = failing()
    await using server = await startSubgraphServer(behave)
    await using shop = connectTo(server.url, settings)
    await open(shop)
    state.behave = answerData
    const before = Date.now()
    const clock = vi.spyOn(Date, 'now').mockImplementation(() => before - 3_600_000)
    try {
      await setTimeout(settings.breaker.openMs + 20)
      expect(await shop.ask()).toMatchObject({ data: { a: 1 } })
    } finally {
      clock.mockRestore()
    }
  })

  test('does not open, and nothing is sent twice, because answers are larger than may be', async () => {
    await using server = await startSubgraphServer((_, response) => {
      response.writeHead(200, { 'content-type': 'application/json' })
      response.end(`{"data":{"a":"${'x'.repeat(6 * 1024 * 1024)}"}}`)
    })
    await using shop = connectTo(server.url, { breaker: settings.breaker })
    for (let turn = 0; turn < 4; turn += 1) await shop.ask()
    expect(server.count).toBe(4)
    expect(await shop.metrics()).toContain('sallyport_breaker_state{subgraph="shop"} 0')
  })

  test('opens for pages of a proxy that are JSON', async () => {
    await using server = await startSubgraphServer(answerJson(503, '{"message":"no upstream"}'))
    await using shop = connectTo(server.url, {
      ...settings,
      breaker: { failures: 3, openMs: 60_000 },
    })
    await open(shop)
    await shop.ask()
    expect(server.count).toBe(3)
    expect(await shop.metrics()).toContain('sallyport_breaker_state{subgraph="shop"} 2')
    expect(JSON.stringify(shop.logged)).toContain('no upstream')
  })

  test('stays open when the trial fails', async () => {
    const { behave } = failing()
    await using server = await startSubgraphServer(behave)
    await using shop = connectTo(server.url, settings)
    await open(shop)
    await untilTried(shop, server)
    expect(server.count).toBe(4)
    expect(await shop.metrics()).toContain('sallyport_breaker_state{subgraph="shop"} 2')
  })

  test('lets one request alone try: others are refused meanwhile, and do not wait for it', async () => {
    const { state, behave } = failing()
    await using server = await startSubgraphServer(behave)
    await using shop = connectTo(server.url, settings)
    await open(shop)
    let answer: (() => void) | undefined
    state.behave = (request, response) => {
      answer = () => answerData(request, response)
    }
    const trial = vi.waitFor(async () => {
      const { data } = await shop.ask()
      expect(data).toEqual({ a: 1 })
    }, 30_000)
    await vi.waitFor(() => expect(answer).toBeDefined(), 30_000)
    const { errors } = await shop.ask()
    expect(errors).toMatchObject([{ extensions: { retryAfterSeconds: 1 } }])
    expect(server.count).toBe(4)
    answer?.()
    await trial
  })

  test('a trial whose client leaves has shown nothing', async () => {
    const { state, behave } = failing()
    await using server = await startSubgraphServer(behave)
    await using shop = connectTo(server.url, settings)
    await open(shop)
    const cancellation = new Cancellation()
    state.behave = () => cancellation.cancel()
    await vi.waitFor(async () => {
      await shop.ask({ cancellation: cancellation.isCancelled ? new Cancellation() : cancellation })
      expect(server.count).toBe(4)
    }, 30_000)
    expect(await shop.metrics()).toContain('sallyport_breaker_state{subgraph="shop"} 2')
  })

  test('a trial whose client leaves is followed by another soon: nobody can keep it open by leaving', async () => {
    let now = performance.now()
    const clock = vi.spyOn(performance, 'now').mockImplementation(() => now)
    try {
      const breaker = createBreaker({ breaker: { failures: 1, openMs: 60_000 } })
      const pass = () => {
        const admitted = breaker.admit()
        if (admitted instanceof SubgraphFailure) throw admitted
        return admitted
      }
      const fail = (options: SubgraphFailureOptions = {}) =>
        pass().fail(new SubgraphFailure('SUBGRAPH_UNAVAILABLE', '', options))
      await fail()
      expect(breaker.state).toBe('open')
      now += 60_001
      await fail({ isAbandoned: true })
      expect(breaker.state).toBe('open')
      expect(pass).toThrow('the breaker is open')
      now += 200
      await pass().succeed()
      expect(breaker.state).toBe('closed')
    } finally {
      clock.mockRestore()
    }
  })

  test('counts failures in a row alone: one that is answered between them starts anew', async () => {
    const { state, behave } = failing()
    await using server = await startSubgraphServer(behave)
    await using shop = connectTo(server.url, settings)
    for (let turn = 0; turn < 3; turn += 1) {
      state.behave = answerPage(503)
      await shop.ask()
      await shop.ask()
      state.behave = answerData
      expect((await shop.ask()).data).toEqual({ a: 1 })
    }
    expect(server.count).toBe(9)
  })

  test('what was under way when it opened neither closes it nor counts once more', async () => {
    const breaker = createBreaker({ breaker: { failures: 1, openMs: 60_000 } })
    const passes = [1, 2, 3].map(
      () => breaker.admit() as Exclude<ReturnType<typeof breaker.admit>, Error>,
    )
    const failure = new SubgraphFailure('SUBGRAPH_UNAVAILABLE', '')
    await passes[0]?.fail(failure)
    await passes[1]?.succeed()
    await passes[2]?.fail(failure)
    expect(breaker.state).toBe('open')
    expect(breaker.admit()).toMatchObject({ retryAfterSeconds: 60 })
  })

  test.each([
    ['errors of GraphQL', graphqlErrors],
    ['a page of status 404', answerPage(404)],
  ])('%s are no reason to open', async (_, behave) => {
    await using server = await startSubgraphServer(behave)
    await using shop = connectTo(server.url, settings)
    for (let turn = 0; turn < 10; turn += 1) await shop.ask()
    expect(server.count).toBe(10)
  })

  test('failures: 0 turns it off', async () => {
    const { behave } = failing()
    await using server = await startSubgraphServer(behave)
    await using shop = connectTo(server.url, { ...settings, breaker: { failures: 0 } })
    for (let turn = 0; turn < 30; turn += 1) await shop.ask()
    expect(server.count).toBe(30)
  })
})

const graphqlErrors: Behaviour = (_, response) => {
  response.writeHead(200, { 'content-type': 'application/json' })
  response.end('{"errors":[{"message":"no","extensions":{"code":"CONFLICT"}}]}')
}

describe('what metrics say of breakers while a graph takes the place of another', () => {
  function measured() {
    const registry = new Registry()
    const measure = createSubgraphMeasures(registry)
    const told = async () =>
      /breaker_state\{subgraph="shop"\} (\d)/.exec(await registry.metrics())?.[1]
    return { measure, told }
  }

  test('what is left of the old one, and fails, stands for nothing once it is drained', async () => {
    const { measure, told } = measured()
    const before = measure('shop')
    measure('shop')
    before.setBreaker('open')
    before.stop()
    expect(await told()).toBe('0')
  })

  test('a graph that could not be built hides no open breaker', async () => {
    const { measure, told } = measured()
    measure('shop').setBreaker('open')
    measure('shop').stop()
    expect(await told()).toBe('2')
  })

  test('a subgraph that is in no graph any more has none', async () => {
    const { behave } = failing()
    await using server = await startSubgraphServer(behave)
    const shop = connectTo(server.url, settings)
    await open(shop)
    expect(await shop.metrics()).toContain('sallyport_breaker_state{subgraph="shop"} 2')
    await shop[Symbol.asyncDispose]()
    expect(await shop.metrics()).not.toContain('sallyport_breaker_state{subgraph="shop"}')
  })
})
