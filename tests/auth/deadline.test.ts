// Anyone who would get a turn after their deadline is told so when they come, and nobody is worked for after it.
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { createPace, deadlineOf, tooBusy } from '../../subgraphs/auth/core/deadline.ts'
import { createHashAdmission } from '../../subgraphs/auth/factors/password/hash-admission.ts'
import { createHashThreads } from '../../subgraphs/auth/factors/password/hash-threads.ts'
import { readGatewayTimeout } from '../../subgraphs/auth/supergraph-file.ts'

const BUSY = { extensions: { code: 'SERVICE_UNAVAILABLE', retryAfterSeconds: expect.any(Number) } }

test('of many hashes those are refused at once that would be late, and the others are in time', async () => {
  const threads = createHashThreads({ threads: 1, maxQueue: 1_000 })
  try {
    await threads.hash('some password', 10)
    const start = performance.now()
    const deadline = start + 1_000
    const told = await Promise.all(
      Array.from({ length: 200 }, async () => {
        const error = await threads.hash('some password', 10, { deadline }).then(
          () => null,
          (thrown: unknown) => thrown,
        )
        return { error, tookMs: performance.now() - start }
      }),
    )
    const refused = told.filter(({ error }) => error !== null)
    expect(refused.length).toBeGreaterThan(100)
    for (const { error } of refused) expect(error).toMatchObject(BUSY)
    // At once, which is long before their deadline.
    expect(refused.filter(({ tookMs }) => tookMs < 900).length).toBeGreaterThan(100)
    expect(told.length - refused.length).toBeGreaterThan(0)
  } finally {
    await threads.stop()
  }
})

test('a machine that became slow is found out: who waits is told at the deadline, and not after it', async () => {
  const threads = createHashThreads({ threads: 1, maxQueue: 1_000 })
  try {
    // Taken for one of some 220 ms; it takes seconds.
    const slow = threads.hash('some password', 15)
    const start = performance.now()
    const late = threads.hash('some password', 4, { deadline: start + 5_000 })
    await expect(threads.hash('some password', 4, { deadline: start + 800 })).rejects.toMatchObject(
      BUSY,
    )
    expect(performance.now() - start).toBeLessThan(750)
    await Promise.allSettled([slow, late])
    // Anyone who finds a thread idle has a turn, however long the last hash took.
    await threads.hash('some password', 4, { deadline: performance.now() + 1_000 })
  } finally {
    await threads.stop()
  }
})

test('what continues is next, and never refused', async () => {
  const threads = createHashThreads({ threads: 1, maxQueue: 1 })
  try {
    const order: string[] = []
    const note = (name: string) => () => order.push(name)
    const work = [
      threads.hash('some password', 8).then(note('first')),
      threads.hash('some password', 8).then(note('waiting')),
      threads.compare('x', `$2b$08$${'.'.repeat(53)}`, { isContinued: true }).then(note('next')),
    ]
    await Promise.all(work)
    expect(order).toEqual(['first', 'next', 'waiting'])
  } finally {
    await threads.stop()
  }
})

test('before a hash: refused at once by what the work took of late, or at the deadline', async () => {
  const admitHash = createHashAdmission({ places: 1 })
  const takes = (ms: number) => () => sleep(ms)
  const deadline = performance.now() + 300
  let isOver = false
  const entered = admitHash(takes(600), deadline).then(() => {
    isOver = true
  })
  await expect(admitHash(takes(1), deadline)).rejects.toMatchObject(BUSY)
  expect(isOver).toBe(false)
  await entered
  // It took sixty times what was assumed: a line of ten is too long for a second now.
  const line = Array.from({ length: 10 }, () =>
    admitHash(takes(1), performance.now() + 1_000).catch((error: unknown) => error),
  )
  expect((await Promise.all(line)).filter((error) => error !== undefined).length).toBeGreaterThan(0)
})

test('a pace follows what is measured', () => {
  const pace = createPace(1)
  expect(pace.estimate(4)).toBe(4)
  for (let index = 0; index < 30; index += 1) pace.measure(2, 20)
  expect(pace.estimate(1)).toBeCloseTo(10, 1)
})

test('the deadline leaves room in what a gateway waits, which is read where the gateway reads it', () => {
  expect(readGatewayTimeout('schema/supergraph.yaml')).toBe(10_000)
  expect(deadlineOf(1_000, 10_000)).toBe(8_000)
  expect(tooBusy(10).extensions.retryAfterSeconds).toBe(2)
  expect(tooBusy(1e9).extensions.retryAfterSeconds).toBe(60)
})
