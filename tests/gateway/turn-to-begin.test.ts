import { setImmediate as nextTurn } from 'node:timers/promises'
import { beforeEach, expect, test } from 'vitest'
import { createTurns, type Turns } from '../../gateway/turn-to-begin.ts'

let turns: Turns

beforeEach(() => {
  turns = createTurns()
})

/** Begins requests one after the other; the list fills with the names of those that may begin. */
function arrive(...names: string[]): string[] {
  const begun: string[] = []
  for (const name of names) {
    const turn = turns.toBegin()
    if (turn === undefined) begun.push(name)
    else void turn.then(() => begun.push(name))
  }
  return begun
}

test('anyone who finds nothing under way begins at once', () => {
  expect(arrive('a', 'b', 'c')).toEqual(['a', 'b', 'c'])
})

test('small answers hold nobody up', () => {
  for (let i = 0; i < 100; i += 1) {
    arrive('earlier')
    turns.countTakenIn(100)
  }
  expect(arrive('a', 'b', 'c')).toEqual(['a', 'b', 'c'])
})

test('while large answers come in, new requests wait, and begin in the order in which they came', async () => {
  arrive('earlier')
  turns.countTakenIn(100_000)
  const begun = arrive('a', 'b', 'c')
  expect(begun).toEqual([])
  await nextTurn()
  await nextTurn()
  expect(begun).toEqual(['a'])
  turns.countTakenIn(100_000)
  await nextTurn()
  expect(begun).toEqual(['a'])
  while (begun.length < 3) await nextTurn()
  expect(begun).toEqual(['a', 'b', 'c'])
})

test('nobody overtakes those who wait', async () => {
  arrive('earlier')
  turns.countTakenIn(20_000)
  const begun = arrive('a', 'b')
  await nextTurn()
  await nextTurn()
  const later = arrive('c')
  while (later.length === 0) await nextTurn()
  expect(begun).toEqual(['a', 'b'])
})

test('after large answers, requests that bring little begin together again', async () => {
  arrive('earlier')
  turns.countTakenIn(100_000)
  let rounds = 0
  for (; rounds < 20_000; rounds += 1) {
    if (turns.toBegin() !== undefined) await nextTurn()
  }
  await nextTurn()
  await nextTurn()
  const begun = arrive('a', 'b', 'c')
  await nextTurn()
  await nextTurn()
  expect(begun).toEqual(['a', 'b', 'c'])
})
