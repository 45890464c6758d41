// Instances of a subgraph come and go under load, on two gateways: while there is one nobody is told of it, and without any its
// fields say so.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startNatsAlone } from '../../nats-alone.ts'
import {
  type Changing,
  type Sources,
  startChanging,
  startSources,
  yamlOf,
} from '../changes/changing-graph.ts'
import { ASKED_AT, createAnnounced, type Instance } from './announced-subgraph.ts'

const PATIENT = { timeout: 60_000, interval: 200 }
/** A gateway looks every second at what others have heard, and every second at where a subgraph is. */
const HEARD_MS = 3000
const product = { name: 'chair' }
const WHOLE = JSON.stringify([200, { product, orders: 'three' }, []])
const WITHOUT_ORDERS = JSON.stringify([200, { product, orders: null }, ['SUBGRAPH_UNAVAILABLE']])

let nats: Awaited<ReturnType<typeof startNatsAlone>>
let sources: Sources
let orders: Awaited<ReturnType<typeof createAnnounced>>
let gateways: readonly Changing[] = []

beforeAll(async () => {
  nats = await startNatsAlone()
  sources = await startSources()
  orders = await createAnnounced()
  const prepare = (folder: string) =>
    writeFileSync(
      join(folder, 'supergraph.yaml'),
      yamlOf(sources).replace('subgraphs:', `subgraphs:\n  ${orders.entry}`),
    )
  const env = { GATEWAY_NATS_URL: nats.url }
  const one = await startChanging(sources, { env, prepare })
  const other = await startChanging(sources, { env, prepare, beside: one })
  gateways = [one, other]
})
afterAll(async () => {
  for (const gateway of gateways.toReversed()) await gateway[Symbol.asyncDispose]()
  await sources.stop()
  await nats.stop()
})

/** At one gateway, which the other hears of. */
async function come(at: number): Promise<Instance> {
  const [one] = gateways
  const { audience, gateway } = {
    audience: one?.config.publicUrl ?? '',
    gateway: gateways[at]?.gateway.adminUrl ?? '',
  }
  return await orders.come({ audience, gateway })
}

async function answerOf(gateway: Changing): Promise<string> {
  const headers = { [ASKED_AT]: gateway.gateway.url }
  const { status, body } = await gateway.send('{ product { name } orders }', { headers })
  const codes = (body.errors ?? []).map(({ extensions }) => extensions.code)
  return JSON.stringify([status, body.data, codes])
}

/** What clients of both gateways are answered. */
function startLoad() {
  let seen = new Set<string>()
  let answers = 0
  let isOver = false
  const client = async (gateway: Changing) => {
    while (!isOver) {
      seen.add(await answerOf(gateway))
      answers += 1
    }
  }
  const clients = gateways.flatMap((gateway) => [client(gateway), client(gateway)])
  /** Each answer once, and from then on anew. */
  function take() {
    const taken = [...seen]
    seen = new Set()
    return taken
  }
  return {
    take,
    /** Those of the next few requests of each client. */
    async takeNext() {
      take()
      const before = answers
      await expect.poll(() => answers, PATIENT).toBeGreaterThan(before + 20)
      return take()
    },
    async [Symbol.asyncDispose]() {
      isOver = true
      await Promise.all(clients)
    },
  }
}

/** Each gateway has heard of it. */
async function untilBothAsk(instance: Instance): Promise<void> {
  for (const { gateway } of gateways) {
    const before = instance.askedAt(gateway.url)
    await expect.poll(() => instance.askedAt(gateway.url), PATIENT).toBeGreaterThan(before + 3)
  }
}

/** No gateway asks it, for as long as either needs to hear of it. */
async function untilNobodyAsks(instance: Instance): Promise<void> {
  let before = ''
  const isQuiet = () => {
    const asked = gateways.map(({ gateway }) => instance.askedAt(gateway.url)).join()
    const isSame = asked === before
    before = asked
    return isSame
  }
  await expect.poll(isQuiet, { ...PATIENT, interval: HEARD_MS }).toBe(true)
}

test('while one instance is there no request fails, whichever comes, leaves or is killed', async () => {
  const first = await come(0)
  await expect
    .poll(() => Promise.all(gateways.map(answerOf)), PATIENT)
    .toEqual(gateways.map(() => WHOLE))
  await using load = startLoad()
  const second = await come(1)
  await untilBothAsk(second)
  await first.leave()
  await untilNobodyAsks(first)
  await first.kill()
  // It comes back elsewhere, and the other one is killed without a word.
  const third = await come(0)
  await untilBothAsk(third)
  await second.kill()
  await untilBothAsk(third)
  expect(load.take()).toEqual([WHOLE])

  await third.kill()
  await expect.poll(() => Promise.all(gateways.map(answerOf)), PATIENT).not.toContain(WHOLE)
  expect(await load.takeNext()).toEqual([WITHOUT_ORDERS])

  const fourth = await come(1)
  await expect
    .poll(() => Promise.all(gateways.map(answerOf)), PATIENT)
    .toEqual(gateways.map(() => WHOLE))
  await untilBothAsk(fourth)
  expect(await load.takeNext()).toEqual([WHOLE])
  await fourth.kill()
})
