// The histogram of steps: cumulative, complete, and the right bucket for values at and beside every bound.
import { expect, test } from 'vitest'
import { createStepTimes } from '../../gateway/pipeline/step-times.ts'

test('each value counts in its own bucket and in all above, whatever the others do', () => {
  const times = createStepTimes(['one', 'two'])
  const bounds = [0.01, 0.05, 0.25, 1, 5, 25, 100, 500, 2500, 10_000]
  for (const bound of bounds) {
    times.record(0, bound)
    times.record(0, bound * 1.0001)
  }
  const [one, two] = times.read()
  expect(one?.buckets.map(({ le }) => le)).toEqual([...bounds.map((ms) => ms / 1000), '+Inf'])
  expect(one?.buckets.map(({ count }) => count)).toEqual([1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 20])
  expect(one?.count).toBe(20)
  const sum = bounds.reduce((total, ms) => total + (ms * 2.0001) / 1000, 0)
  expect(one?.sumSeconds).toBeCloseTo(sum)
  expect(two).toMatchObject({ name: 'two', count: 0, sumSeconds: 0 })
})
