// What gateways tell each other of announcements: what is over leaves the bucket and is in nobody's way, and a slow NATS is asked once.
import { generateIdentityKey } from '@sallyport/claims/sign'
import { importJWK, type JWK, SignJWT } from 'jose'
import { beforeAll, beforeEach, expect, test } from 'vitest'
import { createRegistry, type Registry } from '../../../gateway/announcements/registry.ts'
import { shareAnnouncements } from '../../../gateway/announcements/shared.ts'
import { createBucketInMemory } from '../changes/bucket-in-memory.ts'

const START = 1_790_000_000
const audience = 'https://graph.example.com'
const logger = { warn() {} }

let key: JWK
beforeAll(async () => {
  key = await generateIdentityKey()
})

let seconds = START
const now = () => seconds * 1000
beforeEach(() => {
  seconds = START
})

function startRegistry(): Registry {
  const { d, ...publicKey } = key
  const registry = createRegistry({ audience, now, monotonic: now })
  const pattern = 'http://orders-*.internal:4001/graphql'
  registry.expect(new Map([['orders', { keys: { keys: [publicKey] }, pattern }]]))
  return registry
}

const addressOf = (instance: number) => `http://orders-${instance}.internal:4001/graphql`

async function signed(instance: number): Promise<string> {
  const times = { iat: seconds, exp: seconds + 60 }
  const said = { iss: 'orders', aud: audience, address: addressOf(instance), state: 'up', ...times }
  return await new SignJWT(said)
    .setProtectedHeader({ alg: 'ES256', typ: 'subgraph-announcement+jwt', kid: String(key.kid) })
    .sign(await importJWK(key, 'ES256'))
}

test('after more instances than are read at a time the one that is there is still heard of', async () => {
  const bucket = createBucketInMemory()
  for (let instance = 0; instance < 600; instance += 1)
    bucket.values.set(`announced.orders.gone${instance}`, Buffer.from(await signed(instance)))
  seconds += 12 * 60
  const registry = startRegistry()
  const told = startRegistry()
  await shareAnnouncements(told, bucket, { now, logger }).take(await signed(700), '10.0.0.1')
  const shared = shareAnnouncements(registry, bucket, { now, logger })
  // One of each second.
  await shared.follow()
  await shared.follow()
  expect(registry.addressesOf('orders')).toEqual([addressOf(700)])
  expect(bucket.values.size).toBe(1)
})

test('what has just ended stays: the clock of another gateway may be behind', async () => {
  const bucket = createBucketInMemory()
  bucket.values.set('announced.orders.one', Buffer.from(await signed(1)))
  bucket.values.set('announced.orders.other', Buffer.from('no token at all'))
  seconds += 120
  await shareAnnouncements(startRegistry(), bucket, { now, logger }).follow()
  expect(bucket.values.size).toBe(2)
})

test('NATS that does not answer is asked once, however often it is time to ask', async () => {
  let asked = 0
  const bucket = {
    ...createBucketInMemory(),
    keys: () => {
      asked += 1
      return new Promise<never>(() => {})
    },
  }
  const shared = shareAnnouncements(startRegistry(), bucket, { now, logger })
  void shared.follow()
  void shared.follow()
  void shared.follow()
  expect(asked).toBe(1)
})

test('what was heard before the start is known after it, as long as it holds and its key does', async () => {
  let texts: readonly string[] = []
  const kept = {
    read: async () => texts,
    write: async (all: readonly string[]) => {
      texts = all
    },
  }
  const before = startRegistry()
  const options = { now, logger, kept }
  const first = shareAnnouncements(before, null, options)
  await first.take(await signed(1), '10.0.0.1')
  await first.follow()
  const again = async () => {
    const registry = startRegistry()
    await shareAnnouncements(registry, null, {
      ...options,
      kept: { ...kept, write: async () => {} },
    }).follow()
    return registry.addressesOf('orders')
  }
  expect(await again()).toEqual([addressOf(1)])
  seconds += 61
  expect(await again()).toEqual([])
})
