import { expect, test } from 'vitest'
import { createWriteBatching } from '../../gateway/write-batching.ts'

const endOfBatch = createWriteBatching()

test('a turn ends once for all who wait for it, after everything that was ready', async () => {
  const seen: string[] = []
  const waiting = ['first', 'second'].map(async (name) => {
    await Promise.resolve()
    await endOfBatch()
    seen.push(name)
  })
  process.nextTick(() => seen.push('ready'))
  expect(endOfBatch()).toBe(endOfBatch())
  await Promise.all(waiting)
  expect(seen).toEqual(['ready', 'first', 'second'])
})

test('anyone who comes later waits for a turn of their own', async () => {
  const first = endOfBatch()
  await first
  expect(endOfBatch()).not.toBe(first)
})
