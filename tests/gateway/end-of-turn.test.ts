import { expect, test } from 'vitest'
import { createEndOfTurn } from '../../gateway/end-of-turn.ts'

const endOfTurn = createEndOfTurn()

test('a turn ends once for all who wait for it, after everything that was ready', async () => {
  const seen: string[] = []
  const waiting = ['first', 'second'].map(async (name) => {
    await Promise.resolve()
    await endOfTurn()
    seen.push(name)
  })
  process.nextTick(() => seen.push('ready'))
  expect(endOfTurn()).toBe(endOfTurn())
  await Promise.all(waiting)
  expect(seen).toEqual(['ready', 'first', 'second'])
})

test('anyone who comes later waits for a turn of their own', async () => {
  const first = endOfTurn()
  await first
  expect(endOfTurn()).not.toBe(first)
})
