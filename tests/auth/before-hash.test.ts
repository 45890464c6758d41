import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { createBeforeHash } from '../../subgraphs/auth/factors/password/before-hash.ts'

/** Work that ends when it is told to. */
function job() {
  let end: () => void = () => undefined
  let fail: (error: Error) => void = () => undefined
  const done = new Promise<string>((resolve, reject) => {
    end = () => resolve('done')
    fail = reject
  })
  return { done, end, fail }
}

test('so many are at work at a time, and the others follow in the order in which they came', async () => {
  const beforeHash = createBeforeHash({ places: 2 })
  const jobs = Array.from({ length: 4 }, job)
  const begun: number[] = []
  const all = jobs.map(({ done }, index) =>
    beforeHash(async () => {
      begun.push(index)
      return await done
    }),
  )
  expect(begun).toEqual([0, 1])
  jobs[1]?.end()
  await nextTurn()
  expect(begun).toEqual([0, 1, 2])
  for (const { end } of jobs) end()
  expect(await Promise.all(all)).toEqual(['done', 'done', 'done', 'done'])
  expect(begun).toEqual([0, 1, 2, 3])
})

test('a place is free again after a failure', async () => {
  const beforeHash = createBeforeHash({ places: 1 })
  const failing = job()
  const first = beforeHash(() => failing.done)
  const second = beforeHash(async () => 'second')
  failing.fail(new Error('the database is unavailable'))
  await expect(first).rejects.toThrow('the database is unavailable')
  expect(await second).toBe('second')
  expect(await beforeHash(async () => 'third')).toBe('third')
})

test('a full line answers SERVICE_UNAVAILABLE at once instead of growing', async () => {
  const beforeHash = createBeforeHash({ places: 1, maxWaiting: 1 })
  const first = job()
  const entered = [beforeHash(() => first.done), beforeHash(async () => 'second')]
  await expect(beforeHash(async () => 'third')).rejects.toMatchObject({
    extensions: { code: 'SERVICE_UNAVAILABLE', retryAfterSeconds: 2 },
  })
  first.end()
  expect(await Promise.all(entered)).toEqual(['done', 'second'])
})
