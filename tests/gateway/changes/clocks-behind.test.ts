// A gateway whose clock is behind cannot believe yet what an operator decided at another one, and follows it once it can.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createIdentitySigner, generateIdentityKey } from '@sallyport/claims/sign'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Decision } from '../../../gateway/changes/decision.ts'
import { createSharedStore } from '../../../gateway/changes/shared-store.ts'
import { createSignedDecisions } from '../../../gateway/changes/signed-decision.ts'
import { createGraphStore } from '../../../gateway/changes/store.ts'
import { createBucketInMemory } from './bucket-in-memory.ts'

const START = 1_790_000_000_000
const issuer = 'https://graph.example.com'
const decision: Decision = { number: START, kind: 'back', id: 'a'.repeat(64), by: 'ada', opens: '' }

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sallyport-clocks-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

async function startStores(clocks: Readonly<Record<'right' | 'behind', () => number>>) {
  const keys = { keys: [await generateIdentityKey()] }
  const { publicJwks: publicKeys } = await createIdentitySigner({ keys, issuer })
  const bucket = createBucketInMemory()
  const warned: unknown[] = []
  const logger = { warn: (line: unknown) => void warned.push(line) }
  const start = async (name: 'right' | 'behind') => {
    const signed = await createSignedDecisions({ keys, publicKeys, issuer, now: clocks[name] })
    const store = createGraphStore({ folder: join(folder, name), logger })
    return createSharedStore({ store, bucket, signed, logger })
  }
  return { right: await start('right'), behind: await start('behind'), warned }
}

test('it is told once, and followed as soon as the clock agrees', async () => {
  let behindMs = 30_000
  const { right, behind, warned } = await startStores({
    right: () => START,
    behind: () => START - behindMs,
  })
  await right.decide(decision)
  for (let look = 0; look < 3; look += 1) expect(await behind.decision()).toBe(null)
  expect(warned).toHaveLength(1)
  behindMs = 0
  expect(await behind.decision()).toEqual(decision)
  expect(warned).toHaveLength(1)
})
