// The versions that gateways share are bounded: a subgraph that changes all the time leaves room for what operators decide.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Contents, idOf } from '../../../gateway/changes/contents.ts'
import { createSharedStore } from '../../../gateway/changes/shared-store.ts'
import { createGraphStore } from '../../../gateway/changes/store.ts'
import { createBucketInMemory } from './bucket-in-memory.ts'

const logger = { warn() {} }
const signed = { sign: async () => '', open: async () => null }

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sallyport-versions-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const contentsOf = (count: number): Contents => ({
  yaml: '',
  sdls: { live: `type Query { field${count}: Int }` },
  supergraph: null,
  others: '',
})

test('the oldest go, and those that this gateway can go back to stay', async () => {
  const bucket = createBucketInMemory()
  const store = createGraphStore({ folder, logger })
  const shared = createSharedStore({ store, bucket, signed, logger })
  for (let count = 0; count < 60; count += 1) {
    const contents = contentsOf(count)
    const version = { id: idOf(contents), at: new Date(0).toISOString(), by: 'x', changes: [] }
    await shared.keep(version, contents, [])
  }
  expect(bucket.values.size).toBe(40)
  const { versions } = await shared.history()
  expect(versions).toHaveLength(20)
  for (const { id } of versions) expect(bucket.values.has(`version.${id}`)).toBe(true)
})

test('a subgraph that changes every few seconds pushes out nothing that was served for hours', async () => {
  const store = createGraphStore({ folder, logger })
  let at = Date.parse('2026-11-27T08:00:00Z')
  const serve = async (count: number, ms: number) => {
    const contents = contentsOf(count)
    const version = { id: idOf(contents), at: new Date(at).toISOString(), by: 'x', changes: [] }
    await store.keep(version, contents, [])
    at += ms
    return version.id
  }
  const hours: string[] = []
  for (let count = 0; count < 5; count += 1) hours.push(await serve(count, 3_600_000))
  for (let count = 5; count < 200; count += 1) await serve(count, 10_000)
  const { versions } = await store.history()
  expect(versions).toHaveLength(20)
  expect(versions.map(({ id }) => id)).toEqual(expect.arrayContaining(hours))
  for (const id of hours) expect(await store.contentsOf(id)).not.toBe(null)
  // The latest are there one by one.
  const latest = Array.from({ length: 10 }, (_, index) => idOf(contentsOf(199 - index)))
  expect(versions.slice(0, 10).map(({ id }) => id)).toEqual(latest)
})
