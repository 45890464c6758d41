import { setImmediate as nextTurn } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { type Admission, createAdmission } from '../../gateway/admission.ts'

let admission: Admission

beforeEach(() => {
  admission = createAdmission()
})

afterEach(() => {
  vi.useRealTimers()
})

/** Begins requests one after the other; the list fills with the names of those that may begin. */
function arrive(...names: string[]): string[] {
  const begun: string[] = []
  for (const name of names) {
    const turn = admission.admit()
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
    admission.countTakenIn(100)
  }
  expect(arrive('a', 'b', 'c')).toEqual(['a', 'b', 'c'])
})

test('while large answers come in, new requests wait, and begin in the order in which they came', async () => {
  arrive('earlier')
  admission.countTakenIn(100_000)
  const begun = arrive('a', 'b', 'c')
  expect(begun).toEqual([])
  await nextTurn()
  await nextTurn()
  expect(begun).toEqual(['a'])
  admission.countTakenIn(100_000)
  await nextTurn()
  expect(begun).toEqual(['a'])
  while (begun.length < 3) await nextTurn()
  expect(begun).toEqual(['a', 'b', 'c'])
})

test('nobody overtakes those who wait', async () => {
  arrive('earlier')
  admission.countTakenIn(20_000)
  const begun = arrive('a', 'b')
  await nextTurn()
  await nextTurn()
  const later = arrive('c')
  while (later.length === 0) await nextTurn()
  expect(begun).toEqual(['a', 'b'])
})

test('after large answers, requests that bring little begin together again', async () => {
  arrive('earlier')
  admission.countTakenIn(100_000)
  let rounds = 0
  for (; rounds < 20_000; rounds += 1) {
    if (admission.admit() !== undefined) await nextTurn()
  }
  await nextTurn()
  await nextTurn()
  const begun = arrive('a', 'b', 'c')
  await nextTurn()
  await nextTurn()
  expect(begun).toEqual(['a', 'b', 'c'])
})

test('in a short pause of the subgraphs some begin, in a long one all', async () => {
  vi.useFakeTimers({ toFake: ['performance'] })
  await takeInLargeAnswers()
  const begun = arrive(...Array.from({ length: 50 }, (_, i) => String(i)))
  await turns(100)
  expect(begun).toHaveLength(3)
  vi.advanceTimersByTime(4)
  await turns(100)
  expect(begun).toHaveLength(5)
  for (let ms = 0; ms < 100; ms += 1) {
    vi.advanceTimersByTime(1)
    await turns(3)
  }
  expect(begun).toHaveLength(50)
})

test('what came in makes room for others at once', async () => {
  vi.useFakeTimers({ toFake: ['performance'] })
  await takeInLargeAnswers()
  const begun = arrive('a', 'b', 'c', 'd', 'e')
  await turns(100)
  expect(begun).toEqual(['a', 'b', 'c'])
  admission.countTakenIn(100_000)
  await turns(100)
  expect(begun).toEqual(['a', 'b', 'c', 'd'])
})

/** Requests that bring 100 KB each, one after the other. */
async function takeInLargeAnswers(): Promise<void> {
  for (let i = 0; i < 200; i += 1) {
    arrive('earlier')
    await turns(2)
    admission.countTakenIn(100_000)
  }
  await turns(2)
}

async function turns(count: number): Promise<void> {
  for (let i = 0; i < count; i += 1) await nextTurn()
}
