// Gateways that count together on Redis, and each for itself while Redis is unavailable or slow: never nobody.
import { once } from 'node:events'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { createRateCounter } from '../../gateway/rate-limits/counter.ts'
import { connectToRedis } from '../../platform/redis.ts'
import { newKey, newSecret } from '../../subgraphs/auth/api-keys/key-format.ts'
import { type RedisServer, startRedis } from '../postgres/redis.ts'
import { type Stack, startGateway } from './start-gateway.ts'

const newPair = () => ({ key: newKey('test'), secret: newSecret('test') })

let redis: RedisServer
beforeAll(async () => {
  redis = await startRedis()
})
afterEach(() => redis.thaw())
afterAll(async () => {
  await redis?.stop()
})

const yaml = (max: number) => ({
  file: `limits: [{ by: address, max: ${max}, windowSeconds: 3600 }]`,
})

async function statuses(count: number, stack: Stack) {
  const found: number[] = []
  for (let turn = 0; turn < count; turn += 1) found.push((await stack.hello()).status)
  return found
}

test('two gateways count together', async () => {
  await redis.flush()
  const env = { REDIS_URL: redis.url }
  await using one = await startGateway({ env, yaml: yaml(4) })
  await using two = await startGateway({ env, yaml: yaml(4), beside: one })
  expect(await statuses(3, one)).toEqual([200, 200, 200])
  expect(await statuses(2, two)).toEqual([200, 429])
  expect(await statuses(1, one)).toEqual([429])
})

test('what API keys have of their own is counted together too, each key for itself', async () => {
  await redis.flush()
  const env = { REDIS_URL: redis.url }
  await using one = await startGateway({ env })
  await using two = await startGateway({ env, beside: one })
  const bound = (letter: string) => {
    const { key, secret } = newPair()
    const limits = { root_fields: null, trusted_documents_only: false, cost_per_operation: null }
    one.auth.apiKeys.set(`${key} ${secret}`, {
      kind: 'api-key',
      sub: 'usr_1',
      key_id: `key_${letter}`,
      roles: [],
      scope: '',
      email_verified: true,
      bindings: { ...limits, rate_limit: { max: 3, window_seconds: 3600 }, cost_window: null },
    })
    return { 'x-api-key': key, 'x-api-secret': secret }
  }
  const [a, b] = [bound('a'), bound('b')]
  const found: number[] = []
  for (const stack of [one, two, one, two, one]) found.push((await stack.hello(a)).status)
  expect(found).toEqual([200, 200, 200, 429, 429])
  expect((await two.hello(b)).status).toBe(200)
})

test('Redis that stands still costs one request 0.3 s; then memory counts, and Redis again when it is back', async () => {
  await redis.flush()
  await using stack = await startGateway({ env: { REDIS_URL: redis.url }, yaml: yaml(5) })
  expect(await statuses(2, stack)).toEqual([200, 200])
  redis.freeze()
  // Memory starts from nothing: as many again, and no more.
  expect(await statuses(7, stack)).toEqual([200, 200, 200, 200, 200, 429, 429])
  expect(stack.logs.join('')).toContain('requests are counted in this process alone')
  redis.thaw()
  await expect
    .poll(async () => stack.hello().then(() => stack.logs.join('')))
    .toContain('requests are counted together again')
})

test('in a storm of refused requests too, Redis that stands still is noticed, and asked once a second', async () => {
  await redis.flush()
  const env = { REDIS_URL: redis.url, TRUSTED_PROXIES: '127.0.0.1' }
  await using stack = await startGateway({ env, yaml: yaml(3) })
  const from = (address: string) => stack.hello({ 'x-forwarded-for': address })
  const storm = async (count: number) => {
    const found: number[] = []
    for (let turn = 0; turn < count; turn += 1) found.push((await from('203.0.113.7')).status)
    return found.filter((status) => status !== 429)
  }
  expect(await storm(20)).toEqual([200, 200, 200])
  redis.freeze()
  // Anyone who is over is refused without Redis; somebody else has to come.
  expect((await from('203.0.113.8')).status).toBe(200)
  const since = performance.now()
  const passed: number[] = []
  while (performance.now() - since < 3_000) {
    passed.push(...(await storm(20)))
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  expect(passed).toEqual([200, 200, 200])
  const lines = stack.logs.map((line) => JSON.parse(line).msg)
  const count = (text: string) => lines.filter((msg) => msg === text).length
  expect(count('requests are counted in this process alone')).toBe(1)
  expect(count('requests are counted together again')).toBe(0)
  redis.thaw()
  await expect
    .poll(async () => from('203.0.113.9').then(() => stack.logs.join('')))
    .toContain('requests are counted together again')
})

test('without Redis from the start everybody is counted here', async () => {
  const gone = await startRedis()
  await gone.stop()
  await using stack = await startGateway({ env: { REDIS_URL: gone.url }, yaml: yaml(2) })
  expect(await statuses(3, stack)).toEqual([200, 200, 429])
})

test('a clock that is set back keeps nobody out for longer than their window, and nobody is told so', async () => {
  await redis.flush()
  const logger = { warn() {}, info() {} }
  const client = await connectToRedis(redis.url, { logger })
  await once(client, 'ready')
  const limit = { by: 'address', field: null, max: 1, windowSeconds: 3 } as const
  const before = Date.now()
  const clock = vi.spyOn(Date, 'now')
  const counters = [client, null].map((own) =>
    createRateCounter({ redis: own, isWorker: false, logger, monotonic: () => performance.now() }),
  )
  try {
    for (const counter of counters) {
      clock.mockImplementation(() => before)
      const ask = () => counter.count(limit, 'address:203.0.113.7', 1)
      expect((await ask()).isOver).toBe(false)
      expect((await ask()).isOver).toBe(true)
      clock.mockImplementation(() => before - 3_600_000)
      expect((await ask()).resetSeconds).toBeLessThanOrEqual(3)
      await expect.poll(async () => (await ask()).isOver).toBe(false)
    }
  } finally {
    clock.mockRestore()
    for (const counter of counters) counter.stop()
  }
})
