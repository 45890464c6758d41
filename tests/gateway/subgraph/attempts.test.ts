// What is sent again to a subgraph that fails, and what is not: queries within a budget, anything that was never sent.
import type { Socket } from 'node:net'
import { describe, expect, test } from 'vitest'
import { Cancellation } from '../../../gateway/cancellation.ts'
import {
  answerData,
  answerJson,
  answerPage,
  type Behaviour,
  connectTo,
  startSubgraphServer,
} from './subgraph-server.ts'

const UNAVAILABLE = { extensions: { code: 'SUBGRAPH_UNAVAILABLE' } }

/** Each connection dies with its second request, before the first byte of an answer. */
function dieOnReuse(die: (socket: Socket) => void): Behaviour {
  const used = new WeakSet<Socket>()
  return (request, response) => {
    if (used.has(request.socket)) return die(request.socket)
    used.add(request.socket)
    answerData(request, response)
  }
}
const reset = dieOnReuse((socket) => socket.resetAndDestroy())
const end = dieOnReuse((socket) => socket.end())

describe('a kept connection that dies before the first byte', () => {
  test.each([
    ['is reset', reset],
    ['is ended', end],
  ])('%s: twenty queries in a row are answered all the same', async (_, behave) => {
    await using server = await startSubgraphServer(behave)
    await using shop = connectTo(server.url)
    for (let turn = 0; turn < 20; turn += 1) {
      expect(await shop.ask()).toMatchObject({ data: { a: 1 } })
    }
    expect(server.count).toBeGreaterThan(30)
  })

  test('costs nothing of the budget', async () => {
    await using server = await startSubgraphServer(reset)
    await using shop = connectTo(server.url, { retries: { attempts: 0, budgetPercent: 0 } })
    for (let turn = 0; turn < 20; turn += 1) expect((await shop.ask()).data).toEqual({ a: 1 })
  })

  test('a mutation is never sent twice: it may have been carried out', async () => {
    await using server = await startSubgraphServer(reset)
    await using shop = connectTo(server.url)
    const answers = []
    for (let turn = 0; turn < 20; turn += 1) answers.push(await shop.ask({ mayRepeat: false }))
    const failed = answers.filter(({ data }) => data === null)
    expect(failed.length).toBeGreaterThan(5)
    expect(failed[0]?.errors).toMatchObject([UNAVAILABLE])
    expect(server.count).toBe(20)
  })

  test('a restart of the subgraph between two queries is not noticed', async () => {
    const first = await startSubgraphServer()
    await using shop = connectTo(first.url)
    expect((await shop.ask()).data).toEqual({ a: 1 })
    await first[Symbol.asyncDispose]()
    await using _second = await startSubgraphServer(answerData, first.port)
    expect((await shop.ask()).data).toEqual({ a: 1 })
  })
})

describe('a query that failed', () => {
  test('with a connection that was new is sent again within the budget: it may be what kills the subgraph', async () => {
    await using server = await startSubgraphServer(({ socket }) => void socket.resetAndDestroy())
    await using shop = connectTo(server.url, { retries: { attempts: 1 } })
    expect((await shop.ask()).errors).toMatchObject([UNAVAILABLE])
    expect(server.count).toBe(2)
  })

  test.each([502, 503, 504])('with a page of status %i is sent again', async (status) => {
    await using server = await startSubgraphServer((request, response, number) => {
      if (number < 2) answerPage(status)(request, response, number)
      else answerData(request, response)
    })
    await using shop = connectTo(server.url)
    expect((await shop.ask()).data).toEqual({ a: 1 })
    expect(server.count).toBe(3)
  })

  test.each([
    [429, '{}'],
    [502, '{"message":"An invalid response was received from the upstream server"}'],
    [503, '{"data":null,"errors":[]}'],
  ])('with status %i and the JSON of a proxy, %s, is sent again', async (status, json) => {
    await using server = await startSubgraphServer((request, response, number) => {
      if (number === 0) answerJson(status, json)(request, response, number)
      else answerData(request, response)
    })
    await using shop = connectTo(server.url)
    expect((await shop.ask()).data).toEqual({ a: 1 })
    expect(server.count).toBe(2)
  })

  test('is sent again as often as `attempts` says, and then fails', async () => {
    await using server = await startSubgraphServer(answerPage(503))
    await using shop = connectTo(server.url, { retries: { attempts: 1 } })
    expect((await shop.ask()).errors).toMatchObject([UNAVAILABLE])
    expect(server.count).toBe(2)
  })

  test('is sent again within the budget alone, however many fail', async () => {
    await using server = await startSubgraphServer(answerPage(503))
    await using shop = connectTo(server.url, { breaker: { failures: 0 } })
    for (let turn = 0; turn < 200; turn += 1) await shop.ask()
    // A reserve of ten, and one in ten of what is sent.
    expect(server.count).toBeGreaterThan(220)
    expect(server.count).toBeLessThanOrEqual(200 + 10 + 20)
  })

  test('with a budget of 0 is never sent again', async () => {
    await using server = await startSubgraphServer(answerPage(503))
    await using shop = connectTo(server.url, { retries: { budgetPercent: 0 } })
    await shop.ask()
    expect(server.count).toBe(1)
  })

  test('as it is set up wrongly stays so: a redirect, a page, 404, 401, GraphQL errors', async () => {
    const wrong = [302, 200, 404, 401].map((status) => answerPage(status))
    for (const behave of [...wrong, withErrors, answerJson(503, '{"errors":[{"message":"x"}]}')]) {
      await using server = await startSubgraphServer(behave)
      await using shop = connectTo(server.url)
      expect((await shop.ask()).errors).toHaveLength(1)
      expect(server.count).toBe(1)
    }
  })

  test('by its deadline is over: what is left of it covers all attempts', async () => {
    await using server = await startSubgraphServer(() => undefined)
    await using shop = connectTo(server.url, { timeoutMs: 500 })
    expect((await shop.ask()).errors).toMatchObject([{ extensions: { code: 'SUBGRAPH_TIMEOUT' } }])
    expect(server.count).toBe(1)
  })

  test('is not sent again for a client that left meanwhile', async () => {
    const cancellation = new Cancellation()
    await using server = await startSubgraphServer((request, response, number) => {
      answerPage(503)(request, response, number)
      cancellation.cancel()
    })
    await using shop = connectTo(server.url)
    expect((await shop.ask({ cancellation })).data).toBeNull()
    expect(server.count).toBe(1)
    expect(await shop.metrics()).toContain('outcome="cancelled"} 1')
  })

  test('mutations with a page of status 503 are not sent again', async () => {
    await using server = await startSubgraphServer(answerPage(503))
    await using shop = connectTo(server.url)
    await shop.ask({ mayRepeat: false })
    expect(server.count).toBe(1)
  })
})

const withErrors: Behaviour = (_, response) => {
  response.writeHead(500, { 'content-type': 'application/json' })
  response.end('{"errors":[{"message":"no"}]}')
}

describe('several addresses', () => {
  const nobody = 'http://127.0.0.1:1/graphql'

  test('one that refuses connections fails nobody, mutations included', async () => {
    await using server = await startSubgraphServer()
    await using shop = connectTo([nobody, server.url])
    for (let turn = 0; turn < 40; turn += 1) {
      expect((await shop.ask({ mayRepeat: turn % 2 === 0 })).data).toEqual({ a: 1 })
    }
    expect(server.count).toBe(40)
  })

  test('all are asked while they are well', async () => {
    await using one = await startSubgraphServer()
    await using two = await startSubgraphServer()
    await using shop = connectTo([one.url, two.url])
    for (let turn = 0; turn < 60; turn += 1) await shop.ask()
    expect(one.count + two.count).toBe(60)
    expect(Math.min(one.count, two.count)).toBeGreaterThan(5)
  })

  test('one that fails is passed over, and a query goes to another at once', async () => {
    await using bad = await startSubgraphServer(answerPage(503))
    await using good = await startSubgraphServer()
    await using shop = connectTo([bad.url, good.url])
    for (let turn = 0; turn < 40; turn += 1) expect((await shop.ask()).data).toEqual({ a: 1 })
    expect(bad.count).toBeLessThan(10)
  })

  test('when all are away the error is one, and says nothing of addresses', async () => {
    await using shop = connectTo([nobody, 'http://127.0.0.1:2/graphql'])
    const { errors } = await shop.ask()
    expect(errors).toMatchObject([UNAVAILABLE])
    expect(JSON.stringify(errors)).not.toContain('127.0.0.1')
  })
})

describe('concurrency', () => {
  test('so many are under way, others wait, and too many are told so at once', async () => {
    const held: (() => void)[] = []
    await using server = await startSubgraphServer((request, response) => {
      held.push(() => answerData(request, response))
    })
    await using shop = connectTo(server.url, { concurrency: 2 })
    const asked = Array.from({ length: 20 }, () => shop.ask())
    const shed = await Promise.race(asked)
    expect(shed.errors).toEqual([
      {
        message: expect.any(String),
        extensions: { code: 'SUBGRAPH_UNAVAILABLE', retryAfterSeconds: 1 },
      },
    ])
    const release = setInterval(() => {
      for (const answer of held.splice(0)) answer()
    }, 5)
    const answers = await Promise.all(asked)
    clearInterval(release)
    expect(answers.filter(({ data }) => data !== null)).toHaveLength(18)
    expect(server.mostAtOnce).toBe(2)
    expect(await shop.metrics()).toContain('outcome="shed"} 2')
  })
})
