// Strangers who ask for much make nobody forget what others asked for, and whoever owns NATS makes nobody read without end.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { buildSchema } from 'graphql'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Bucket } from '../../../gateway/changes/bucket.ts'
import { createUsageRoute } from '../../../gateway/usage/route.ts'
import { createUsageStore } from '../../../gateway/usage/store.ts'
import { createUsage } from '../../../gateway/usage/usage.ts'
import { createBucketInMemory } from './bucket-in-memory.ts'

const schema = buildSchema(
  'type Query { sale: String product: Product } type Product { stock: Int }',
)
const windowMs = 3_600_000

let folder = ''
let now = 1_790_000_000_000
/** On a clock that never jumps. */
let at = 0
const monotonic = () => at
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sallyport-floods-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

function start(bucket: Bucket | null = null, id = '1') {
  const clock = () => now
  const store = createUsageStore({ folder, bucket, id, windowMs, now: clock, monotonic })
  const currentGraph = () => ({ schema })
  const logger = { warn() {} }
  return createUsage({ currentGraph, store, windowMs, knownAfterMs: 0, now: clock, logger })
}

const asked = (fields: readonly string[], count = 0) => ({
  fields,
  queryHash: `${fields} ${count}`,
  operationName: null,
})

test('what was asked for is known after more operations than are kept, after a start too, and not for ever', async () => {
  const usage = start()
  usage.record(asked(['Query.product', 'Product.stock']), 'shop')
  for (let count = 0; count < 2500; count += 1) usage.record(asked(['Query.sale'], count), 'x')
  expect(await usage.asked()).toContain('Product.stock')
  expect(await usage.usesOf('Product.stock')).toEqual([])
  await usage.stop()
  const again = start()
  expect(await again.asked()).toContain('Product.stock')
  now += windowMs + 1
  expect(await again.asked()).toEqual([])
  await again.stop()
})

test('of what other gateways say so much is read, one after the other, and fields of the schema alone', async () => {
  const packed = (fields: readonly string[]) => gzipSync(JSON.stringify({ at: now, fields }))
  const values = new Map<string, Uint8Array>([
    ['usage.huge', gzipSync(Buffer.alloc(32 * 1024 * 1024, 32))],
    ['usage.wild', packed(['Query.nothing', '__proto__.x', 'Product.constructor'])],
    ['usage.good', packed(['Product.stock'])],
  ])
  let reading = 0
  let atOnce = 0
  const bucket: Bucket = {
    get: async (key) => {
      reading += 1
      atOnce = Math.max(atOnce, reading)
      await new Promise(setImmediate)
      reading -= 1
      return values.get(key) ?? null
    },
    put: async (key, value) => void values.set(key, value),
    keys: async () => [...values.keys()],
    forget: async () => {},
    isAvailable: () => true,
  }
  const usage = start(bucket)
  expect(await usage.asked()).toEqual(['Product.stock'])
  expect(atOnce).toBe(1)
  await usage.stop()
})

test('questions of one second read them once', async () => {
  let reads = 0
  const usage = start()
  const route = createUsageRoute(
    {
      ...usage,
      asked: () => {
        reads += 1
        return usage.asked()
      },
    },
    monotonic,
  )
  const ask = () => route({ url: '/usage?field=Query.sale' } as Parameters<typeof route>[0])
  await Promise.all([ask(), ask(), ask()])
  expect(reads).toBe(1)
  at += 1000
  await ask()
  expect(reads).toBe(2)
  await usage.stop()
})

test('a worker that has ended counts for as long as its fields were asked for lately, and no longer', async () => {
  const ended = start(null, '7')
  ended.record(asked(['Query.product', 'Product.stock']), 'shop')
  await ended.stop()
  const usage = start()
  expect(await usage.asked()).toContain('Product.stock')
  now += windowMs + 1
  expect(await usage.asked()).toEqual([])
  await usage.stop()
})

test('gateways that have ended leave the bucket, and are in nobody’s way there', async () => {
  const bucket = createBucketInMemory()
  const said = (at: number) => gzipSync(JSON.stringify({ at, fields: ['Product.stock'] }))
  for (let count = 0; count < 150; count += 1)
    bucket.values.set(`usage.ended${count}`, said(now - windowMs - 1))
  bucket.values.set('usage.serves', said(now))
  const usage = start(bucket)
  expect(await usage.asked()).toEqual(['Product.stock'])
  expect([...bucket.values.keys()]).toEqual(['usage.serves'])
  await usage.stop()
})

test('whoever owns NATS and answers slowly keeps nobody waiting for more than seconds', async () => {
  const bucket = createBucketInMemory()
  for (let count = 0; count < 50; count += 1)
    bucket.values.set(`usage.slow${count}`, Buffer.alloc(1))
  let reads = 0
  const usage = start({
    ...bucket,
    get: async () => {
      reads += 1
      at += 4_000
      return null
    },
  })
  await usage.asked()
  expect(reads).toBe(2)
  await usage.stop()
})
