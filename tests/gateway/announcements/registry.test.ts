// How long an announcement holds, which of two counts, and what becomes of it when its key goes; and bad ones, by who sent them.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { generateIdentityKey } from '@sallyport/claims/sign'
import { importJWK, type JWK, SignJWT } from 'jose'
import { beforeAll, beforeEach, expect, test } from 'vitest'
import type { Announced } from '../../../gateway/announcements/announced.ts'
import { createRegistry, type Registry } from '../../../gateway/announcements/registry.ts'
import { createWorkersAnnouncements } from '../../../gateway/workers/graph.ts'
import { closeServer } from '../graph-fixture.ts'

const START = 1_790_000_000
const audience = 'https://graph.example.com'
const address = 'http://orders-7.internal:4001/graphql'

let key: JWK
let other: JWK
beforeAll(async () => {
  key = await generateIdentityKey()
  other = await generateIdentityKey()
})

let seconds = START
let registry: Registry
beforeEach(() => {
  seconds = START
  const clock = () => seconds * 1000
  registry = createRegistry({ audience, now: clock, monotonic: clock })
  registry.expect(new Map([['orders', announcedBy(key)]]))
})

function announcedBy(...keys: readonly JWK[]): Announced {
  const publicKeys = keys.map(({ d, ...publicKey }) => publicKey)
  return { keys: { keys: publicKeys }, pattern: 'http://orders-*.internal:4001/graphql' }
}

interface Said {
  readonly iat?: number
  readonly exp?: number
  readonly state?: 'up' | 'leaving'
  readonly by?: JWK
}

async function signed({ iat = seconds, exp = iat + 60, state = 'up', by = key }: Said = {}) {
  return await new SignJWT({ iss: 'orders', aud: audience, address, state, iat, exp })
    .setProtectedHeader({ alg: 'ES256', typ: 'subgraph-announcement+jwt', kid: String(by.kid) })
    .sign(await importJWK(by, 'ES256'))
}

const say = async (said?: Said) => await registry.take(await signed(said), '10.0.0.1')
const known = () => registry.addressesOf('orders')

test('one that arrives late ends when it says all the same', async () => {
  expect(await say({ iat: START - 50, exp: START + 10 })).toBe('taken')
  expect(known()).toEqual([address])
  seconds += 11
  expect(known()).toEqual([])
})

test('of two of one second leaving is the last word, whichever comes first', async () => {
  const up = await signed()
  const leaving = await signed({ state: 'leaving' })
  await registry.take(up, 'x')
  expect(await registry.take(leaving, 'x')).toBe('taken')
  expect(await registry.take(up, 'x')).toBe('refused')
  expect(known()).toEqual([])
})

test('one that has left is not brought back by what was said before, for as long as that holds', async () => {
  const long = await signed({ exp: START + 120 })
  seconds += 5
  await say({ state: 'leaving', exp: seconds + 10 })
  seconds += 60
  expect(await registry.take(long, 'x')).toBe('refused')
  expect(await say()).toBe('taken')
  expect(known()).toEqual([address])
})

test('a key that the file no longer has takes with it what was signed with it', async () => {
  registry.expect(new Map([['orders', announcedBy(key, other)]]))
  await say()
  registry.expect(new Map([['orders', announcedBy(other, key)]]))
  expect(known()).toEqual([address])
  registry.expect(new Map([['orders', announcedBy(other)]]))
  expect(known()).toEqual([])
  await say({ by: other })
  registry.expect(new Map([['orders', announcedBy({ ...key, kid: String(other.kid) })]]))
  expect([known(), registry.tokens()]).toEqual([[], []])
})

test('a worker counts no bad ones of its primary, which counts them by who sent them', async () => {
  const bad = await signed({ by: other })
  for (let count = 0; count < 30; count += 1) expect(await registry.take(bad, null)).toBe('refused')
  let told = 0
  const worker = createServer((_, response) => {
    told += 1
    response.writeHead(401).end()
  })
  await new Promise<void>((resolve) => worker.listen(0, '127.0.0.1', resolve))
  const adminUrl = `http://127.0.0.1:${(worker.address() as AddressInfo).port}`
  const route = createWorkersAnnouncements(
    () => [{ pid: 1, adminUrl }],
    () => 0,
  )
  const primary = createServer(async (incoming, response) => {
    const answer = await route.act?.(incoming)
    response.writeHead(answer?.status ?? 500).end()
  })
  await new Promise<void>((resolve) => primary.listen(0, resolve))
  const { port } = primary.address() as AddressInfo
  const post = async (host: string) =>
    (await fetch(`http://${host}:${port}/`, { method: 'POST', body: bad })).status
  for (let count = 0; count < 20; count += 1) expect(await post('127.0.0.1')).toBe(401)
  expect(await post('127.0.0.1')).toBe(429)
  expect(told).toBe(20)
  expect(await post('[::1]')).toBe(401)
  await closeServer(primary)
  await closeServer(worker)
})
