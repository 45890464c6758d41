// Load shedding: a hiccup is forgiven, an event loop that stays late turns requests away.
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createAdmission } from '../../gateway/admission.ts'
import { createLoadMonitor, type LoadMonitor } from '../../gateway/http/load-monitor.ts'
import { refusalOf, startGateway } from './start-gateway.ts'

const SAMPLE_MS = 50

describe('the load monitor', () => {
  let now = 0
  let load: LoadMonitor
  beforeEach(() => {
    now = 0
    vi.useFakeTimers()
    load = createLoadMonitor(50, { monotonic: () => now, admission: createAdmission() })
  })
  afterEach(() => {
    load.stop()
    vi.useRealTimers()
  })

  /** The next turn of the loop comes this late. */
  function turn(lateMs: number): boolean {
    now += SAMPLE_MS + lateMs
    vi.advanceTimersByTime(SAMPLE_MS)
    return load.isOverloaded()
  }

  test('one late turn sheds nothing, two in a row do, and it ends when the loop is on time', () => {
    expect([turn(0), turn(200), turn(0), turn(200)]).toEqual([false, false, false, false])
    expect([turn(200), turn(200)]).toEqual([true, true])
    expect([turn(0), turn(200)]).toEqual([false, false])
  })

  test('a loop that is late by the limit and no more is on time', () => {
    expect([turn(50), turn(50), turn(51), turn(51)]).toEqual([false, false, false, true])
  })

  test('anyone who does not bound the lag is never overloaded', () => {
    const boundless = createLoadMonitor(null, {
      monotonic: () => now,
      admission: createAdmission(),
    })
    for (let count = 0; count < 5; count += 1) turn(10_000)
    expect(boundless.isOverloaded()).toBe(false)
  })
})

test('a gateway that cannot keep up answers 503 with Retry-After, calls no subgraph, and recovers', async () => {
  let ahead = 0
  await using stack = await startGateway({
    // Far beyond what a busy machine is late by.
    limits: { maxLagMs: 30_000 },
    deps: { monotonic: () => performance.now() + ahead },
  })
  const status = async () => (await stack.hello()).status
  expect(await status()).toBe(200)
  // The loop is as late as this clock runs ahead of its timers.
  const rush = setInterval(() => {
    ahead += 60_000
  }, 10)
  await expect.poll(status, { timeout: 30_000 }).toBe(503)
  const before = stack.subgraphCalls()
  const reply = await stack.hello()
  expect([reply.status, refusalOf(reply)]).toEqual([503, 'SERVICE_UNAVAILABLE'])
  expect(reply.headers.get('retry-after')).toBe('1')
  expect(stack.subgraphCalls()).toBe(before)
  await expect.poll(() => stack.logs.join('')).toMatch(/"status":503,.*"reason":"OVERLOADED"/)
  clearInterval(rush)
  await expect.poll(status, { timeout: 30_000 }).toBe(200)
})
