import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { createHashAdmission } from '../../subgraphs/auth/factors/password/hash-admission.ts'

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
  const admitHash = createHashAdmission({ places: 2 })
  const jobs = Array.from({ length: 4 }, job)
  const begun: number[] = []
  const all = jobs.map(({ done }, index) =>
    admitHash(async () => {
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
  const admitHash = createHashAdmission({ places: 1 })
  const failing = job()
  const first = admitHash(() => failing.done)
  const second = admitHash(async () => 'second')
  failing.fail(new Error('the database is unavailable'))
  await expect(first).rejects.toThrow('the database is unavailable')
  expect(await second).toBe('second')
  expect(await admitHash(async () => 'third')).toBe('third')
})

test('a full line answers SERVICE_UNAVAILABLE at once instead of growing', async () => {
  const admitHash = createHashAdmission({ places: 1, maxWaiting: 1 })
  const first = job()
  const entered = [admitHash(() => first.done), admitHash(async () => 'second')]
  await expect(admitHash(async () => 'third')).rejects.toMatchObject({
    extensions: { code: 'SERVICE_UNAVAILABLE', retryAfterSeconds: 2 },
  })
  first.end()
  expect(await Promise.all(entered)).toEqual(['done', 'second'])
})
