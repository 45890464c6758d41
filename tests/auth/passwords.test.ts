import { randomBytes } from 'node:crypto'
import bcrypt from 'bcrypt'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Secret } from '../../platform/secret.ts'
import { VersionedSecret } from '../../subgraphs/auth/core/secret.ts'
import {
  createHashThreads,
  type HashThreads,
} from '../../subgraphs/auth/factors/password/hash-threads.ts'
import {
  costOf,
  createPasswordHasher,
  type StoredPassword,
} from '../../subgraphs/auth/factors/password/hasher.ts'

let threads: HashThreads
const pepperBytes = () => new Secret(randomBytes(32).toString('base64'))
const first = pepperBytes()
const pepper = new VersionedSecret(new Map([[1, first]]))

beforeAll(() => {
  threads = createHashThreads({ threads: 1, maxQueue: 4 })
})
afterAll(async () => {
  await threads.stop()
})

const hasher = () => createPasswordHasher({ threads, pepper, cost: 10 })

test('nothing is cut at 72 bytes: longer passwords differ in their last character', async () => {
  const stored = await hasher().hash('A'.repeat(72))
  expect(await hasher().verify('A'.repeat(72), stored)).toBe(true)
  expect(await hasher().verify(`${'A'.repeat(72)}x`, stored)).toBe(false)
  const emoji = await hasher().hash('😀'.repeat(18))
  expect(await hasher().verify('😀'.repeat(19), emoji)).toBe(false)
})

test('a password typed composed or decomposed is the same', async () => {
  const stored = await hasher().hash('pässwörter sind lang'.normalize('NFC'))
  expect(await hasher().verify('pässwörter sind lang'.normalize('NFD'), stored)).toBe(true)
})

test('an unknown account costs one hash as well, of the same cost', async () => {
  const stored = await hasher().hash('some password')
  const costsFor = async (known: StoredPassword | null) => {
    const costs: (number | null)[] = []
    const counted: HashThreads = {
      ...threads,
      compare: (password, hash) => {
        // bcrypt answers false at once to a hash with a bad salt, and throws when it is to make one.
        expect(bcrypt.hashSync('x', hash.slice(0, 29))).toHaveLength(60)
        costs.push(costOf(hash))
        return threads.compare(password, hash)
      },
    }
    const counting = createPasswordHasher({ threads: counted, pepper, cost: 10 })
    expect(await counting.verify('another password', known)).toBe(false)
    return costs
  }
  expect(await costsFor(stored)).toEqual([10])
  expect(await costsFor(null)).toEqual([10])
})

test('malformed hashes and absurd costs fail closed, fast', async () => {
  // One of cost 31 would take a day, which this test has not.
  for (const hash of ['', 'x', '$2b$31$'.padEnd(60, 'a'), '$2b$10$short', '$1$md5$aaaa']) {
    expect(await hasher().verify('password', { hash, pepperVersion: 1 })).toBe(false)
  }
})

test('a rotated pepper still checks old hashes and asks for new ones; a removed one fails closed', async () => {
  const stored = await hasher().hash('some password')
  const rotated = new VersionedSecret(
    new Map([
      [1, first],
      [2, pepperBytes()],
    ]),
  )
  const next = createPasswordHasher({ threads, pepper: rotated, cost: 10 })
  expect(await next.verify('some password', stored)).toBe(true)
  expect(next.isOutdated(stored)).toBe(true)
  expect(hasher().isOutdated(stored)).toBe(false)
  const without = createPasswordHasher({
    threads,
    pepper: new VersionedSecret(new Map([[2, pepperBytes()]])),
    cost: 10,
  })
  expect(await without.verify('some password', stored)).toBe(false)
})

test('a full queue answers SERVICE_UNAVAILABLE at once instead of growing', async () => {
  const results = await Promise.allSettled(
    Array.from({ length: 20 }, () => hasher().hash('some password')),
  )
  const refused = results.filter((result) => result.status === 'rejected')
  expect(refused.length).toBeGreaterThan(0)
  for (const { reason } of refused) {
    expect(reason.extensions).toMatchObject({ code: 'SERVICE_UNAVAILABLE' })
    // By what hashes took of late, which is the machine's matter.
    expect(reason.extensions.retryAfterSeconds).toBeGreaterThanOrEqual(1)
  }
})

test.each([
  { cost: 10, waiting: 128 },
  { cost: 12, waiting: 32 },
  { cost: 15, waiting: 4 },
])(
  'at cost $cost no more wait than are hashed before a gateway gives up: $waiting',
  async (row) => {
    const { cost, waiting } = row
    const own = createHashThreads({ threads: 1, cost })
    const asked = Array.from({ length: waiting + 1 }, () => own.hash('some password', 4))
    await expect(own.hash('some password', 4)).rejects.toMatchObject({
      extensions: { code: 'SERVICE_UNAVAILABLE' },
    })
    await Promise.all(asked)
    await own.stop()
  },
)

test('hashing leaves the event loop and libuv pool free', async () => {
  // As many as libuv's pool has threads: in there they would be done before anything else is.
  const own = createHashThreads({ threads: 4, cost: 13 })
  let hashed = 0
  const hashes = Array.from({ length: 4 }, async () => {
    await own.hash('some password', 13)
    hashed += 1
  })
  for (let index = 0; index < 20; index += 1) {
    await crypto.subtle.digest('SHA-256', new Uint8Array(16))
  }
  expect(hashed).toBe(0)
  await Promise.all(hashes)
  await own.stop()
})
