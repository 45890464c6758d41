// What is under way goes first: new requests wait in line while large answers come in.
import { setImmediate as nextTurn } from 'node:timers/promises'
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest'
import { type Admission, createAdmission } from '../../gateway/admission.ts'
import { startGateway } from './start-gateway.ts'

let stack: Awaited<ReturnType<typeof startGateway>>
const admission = createAdmission()

beforeAll(async () => {
  stack = await startGateway({ deps: { admission } })
})
afterAll(async () => {
  await stack[Symbol.asyncDispose]()
})

/** Somebody stands in line, and has for so long. */
const waited = async (ms = 0, line = admission) =>
  await vi.waitFor(() => expect(line.longestWaitMs()).toBeGreaterThan(ms), { timeout: 30_000 })

/** Large answers with every turn of the event loop: nobody new begins. @returns ends them */
function keepBusy(line: Admission = admission): () => void {
  let isOver = false
  const turn = () => {
    if (isOver) return
    line.countTakenIn(1_000_000)
    setImmediate(turn)
  }
  turn()
  const end = () => {
    isOver = true
  }
  onTestFinished(end)
  return end
}

test('while large answers come in, a new request waits, and is answered after them', async () => {
  const end = keepBusy()
  let isAnswered = false
  const sent = stack.send('{ __typename }').finally(() => {
    isAnswered = true
  })
  // A hundred turns of the loop would have answered it.
  await waited(100)
  expect(isAnswered).toBe(false)
  end()
  expect((await sent).status).toBe(200)
})

test('a line that is too long turns newcomers away', async () => {
  const line = createAdmission()
  await using busy = await startGateway({ limits: { maxLagMs: 200 }, deps: { admission: line } })
  const end = keepBusy(line)
  const first = busy.send('{ __typename }')
  // Ten times as long. A loop that is late by a tenth of it, twice in a row, turns away as well: no machine is that busy.
  await waited(2_000, line)
  expect((await busy.send('{ __typename }')).status).toBe(503)
  end()
  expect((await first).status).toBe(200)
})

test('a request whose time is over while it waits is refused with 503', async () => {
  const line = createAdmission()
  await using hasty = await startGateway({
    limits: { executionTimeoutMs: 100 },
    deps: { admission: line },
  })
  const end = keepBusy(line)
  const sent = hasty.send('{ __typename }')
  await waited(200, line)
  end()
  const { status, body } = await sent
  expect(status).toBe(503)
  expect(body.errors?.[0]?.extensions.code).toBe('SERVICE_UNAVAILABLE')
})

test('a client that leaves while it waits leaves nothing behind', async () => {
  stack.logs.length = 0
  const end = keepBusy()
  const cancellation = new AbortController()
  const sent = stack.send('{ __typename }', { signal: cancellation.signal }).catch(() => 'left')
  await waited()
  cancellation.abort()
  expect(await sent).toBe('left')
  // Both ends are in this process, and hear of it within some turns of the loop.
  for (let turn = 0; turn < 100; turn += 1) await nextTurn()
  end()
  await vi.waitFor(() => expect(stack.logs.join('')).toMatch(/"status":400,.*"msg":"request"/), {
    timeout: 30_000,
  })
})
