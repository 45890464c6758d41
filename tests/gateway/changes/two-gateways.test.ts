// Two gateways and one graph that changes: what an operator decides at one holds at both, and no request is lost meanwhile.
import { setTimeout as sleep } from 'node:timers/promises'
import { Kvm } from '@nats-io/kv'
import { connect } from '@nats-io/transport-node'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startNatsAlone } from '../../nats-alone.ts'
import {
  type Changing,
  LIVE,
  SHOP,
  type Sources,
  startChanging,
  startSources,
} from './changing-graph.ts'

const PATIENT = { timeout: 60_000, interval: 200 }
const OPEN = LIVE.replace('secret: String @authenticated', 'secret: String @public')

let nats: Awaited<ReturnType<typeof startNatsAlone>>
let sources: Sources
let one: Changing
let other: Changing
beforeAll(async () => {
  nats = await startNatsAlone()
  sources = await startSources()
  const env = { GATEWAY_NATS_URL: nats.url }
  one = await startChanging(sources, { env })
  // The same files, as two replicas have them.
  other = await startChanging(sources, { env, beside: one })
})
afterAll(async () => {
  await other[Symbol.asyncDispose]()
  await one[Symbol.asyncDispose]()
  await sources.stop()
  await nats.stop()
})

const both = async (query: string) => [await one.statusOf(query), await other.statusOf(query)]
const idsOf = async () => [(await one.status()).version?.id, (await other.status()).version?.id]

async function heldAt(gateway: Changing): Promise<string> {
  await expect.poll(async () => (await gateway.status()).held.length, PATIENT).toBe(1)
  return (await gateway.status()).held[0]?.id ?? ''
}

/** As somebody who owns NATS. */
async function inBucket<T>(work: (kv: Awaited<ReturnType<Kvm['open']>>) => Promise<T>): Promise<T> {
  const connection = await connect({ servers: nats.url.replace('nats://', '') })
  try {
    return await work(await new Kvm(connection).open('sallyport-graph'))
  } finally {
    await connection.close()
  }
}

test('what is accepted at one is served by both, and going back at one takes both back', async () => {
  const [before] = await idsOf()
  await expect.poll(async () => (await one.status()).reach, PATIENT).toBe('nats')
  await expect.poll(async () => (await other.status()).reach, PATIENT).toBe('nats')
  sources.texts.live = OPEN
  const id = await heldAt(one)
  expect(await heldAt(other)).toBe(id)
  expect(await both('{ secret }')).toEqual([401, 401])
  expect((await one.command({ command: 'accept', id, by: 'ada' })).status).toBe(200)
  await expect.poll(() => both('{ secret }'), PATIENT).toEqual([200, 200])
  expect((await other.status()).version?.by).toBe('ada')

  expect((await other.command({ command: 'back', id: null, by: 'bob' })).status).toBe(200)
  await expect.poll(() => both('{ secret }'), PATIENT).toEqual([401, 401])
  expect(await idsOf()).toEqual([before, before])
  expect((await one.status()).isPinned).toBe(true)
  const again = await heldAt(one)
  await one.command({ command: 'accept', id: again, by: 'ada' })
  await expect.poll(() => both('{ secret }'), PATIENT).toEqual([200, 200])
})

test('somebody who owns NATS changes nothing: decisions are signed, old ones are not followed, and texts are what their id says', async () => {
  const before = await idsOf()
  const [old, later] = await inBucket(async (kv) => {
    const now = await kv.get('decision')
    await kv.put('decision', 'eyJhbGciOiJub25lIn0.e30.')
    return [now?.value ?? new Uint8Array(), now?.revision]
  })
  expect(later).toBeGreaterThan(1)
  // Either may be the first to see it, and to put back what was there before the other has looked.
  const logs = () => [...one.logs, ...other.logs]
  await expect
    .poll(() => logs().some((line) => line.includes('nobody of ours signed')), PATIENT)
    .toBe(true)
  expect(await idsOf()).toEqual(before)
  // A gateway that knows a decision puts it back where it is gone.
  await expect
    .poll(() => inBucket(async (kv) => (await kv.get('decision'))?.string().length), PATIENT)
    .toBeGreaterThan(100)
  await one.command({ command: 'back', id: null, by: 'bob' })
  await expect.poll(() => both('{ secret }'), PATIENT).toEqual([401, 401])
  await inBucket((kv) => kv.put('decision', old))
  await sleep(1500)
  expect(await both('{ secret }')).toEqual([401, 401])
  const held = await heldAt(one)
  await one.command({ command: 'accept', id: held, by: 'ada' })
  await expect.poll(() => both('{ secret }'), PATIENT).toEqual([200, 200])
})

test('while NATS is unavailable a decision holds where it was made, and everywhere when NATS is back', async () => {
  await nats.kill()
  await expect.poll(async () => (await one.status()).reach, PATIENT).toBe('nats-unavailable')
  expect((await one.command({ command: 'back', id: null, by: 'bob' })).status).toBe(200)
  expect(await one.statusOf('{ secret }')).toBe(401)
  await sleep(500)
  expect(await other.statusOf('{ secret }')).toBe(200)
  await nats.start()
  await expect.poll(() => both('{ secret }'), PATIENT).toEqual([401, 401])
  await one.command({ command: 'accept', id: await heldAt(one), by: 'ada' })
  await expect.poll(() => both('{ secret }'), PATIENT).toEqual([200, 200])
})

test('swaps under load lose no request at either gateway, and none sees half of two graphs', async () => {
  const seen: Record<string, number> = {}
  let isOver = false
  const client = async (gateway: Changing) => {
    while (!isOver) {
      const { status, body } = await gateway.send('{ product { id name } }')
      const answer = `${status} ${JSON.stringify(body)}`
      seen[answer] = (seen[answer] ?? 0) + 1
    }
  }
  const clients = [one, other].flatMap((gateway) =>
    Array.from({ length: 4 }, () => client(gateway)),
  )
  for (let swap = 1; swap <= 4; swap += 1) {
    const text = SHOP.replace('name: String', `extra${swap}: Int @public name: String`)
    // What was there before stays, so that no client breaks.
    const kept = Array.from({ length: swap - 1 }, (_, at) => `extra${at + 1}: Int @public`).join(
      ' ',
    )
    for (const gateway of [one, other])
      gateway.write('shop.graphql', text.replace('name: String', `${kept} name: String`))
    await expect.poll(() => both(`{ product { extra${swap} } }`), PATIENT).toEqual([200, 200])
  }
  isOver = true
  await Promise.all(clients)
  expect(Object.keys(seen)).toEqual(['200 {"data":{"product":{"id":"1","name":"chair"}}}'])
  expect(Object.values(seen)[0]).toBeGreaterThan(200)
  expect(new Set(await idsOf()).size).toBe(1)
})
