// Two operators decide at two gateways in one millisecond: both gateways end with the same of both.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createIdentitySigner, generateIdentityKey } from '@sallyport/claims/sign'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Decision, isLater } from '../../../gateway/changes/decision.ts'
import { createSharedStore } from '../../../gateway/changes/shared-store.ts'
import { createSignedDecisions } from '../../../gateway/changes/signed-decision.ts'
import { createGraphStore } from '../../../gateway/changes/store.ts'
import { createBucketInMemory } from './bucket-in-memory.ts'

const issuer = 'https://graph.example.com'
const logger = { warn() {} }

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sallyport-decisions-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

async function startStores() {
  const keys = { keys: [await generateIdentityKey()] }
  const { publicJwks } = await createIdentitySigner({ keys, issuer })
  const signed = await createSignedDecisions({
    keys,
    publicKeys: publicJwks,
    issuer,
    now: Date.now,
  })
  const bucket = createBucketInMemory()
  return ['one', 'other'].map((name) => {
    const store = createGraphStore({ folder: join(folder, name), logger })
    return createSharedStore({ store, bucket, signed, logger })
  })
}

const decision = (more: Partial<Decision>): Decision => ({
  number: 1_790_000_000_000,
  kind: 'accept',
  id: 'a'.repeat(64),
  by: 'ada',
  opens: '',
  ...more,
})

test('the same of two decisions of one millisecond holds at both gateways', async () => {
  const [one, other] = await startStores()
  await one?.decide(decision({ by: 'ada' }))
  await other?.decide(decision({ kind: 'back', by: 'bob' }))
  // Each looks a few times, as it does every second.
  for (let look = 0; look < 3; look += 1) {
    await one?.decision()
    await other?.decision()
  }
  expect(await one?.decision()).toEqual(await other?.decision())
})

test('of two decisions one is the later, whoever asks, and none is later than itself', () => {
  const all = [
    decision({}),
    decision({ kind: 'back' }),
    decision({ by: 'bob' }),
    decision({ number: 1_790_000_000_001 }),
  ]
  for (const one of all) {
    for (const other of all) expect(isLater(one, other)).toBe(one !== other && !isLater(other, one))
    expect(isLater(one, null)).toBe(true)
  }
})
