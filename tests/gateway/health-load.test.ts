// Load shedding: a hiccup is forgiven, an event loop that stays late turns requests away.
import { expect, test } from 'vitest'
import { createLoadMonitor } from '../../gateway/http/load-monitor.ts'
import { refusalOf, startGateway } from './start-gateway.ts'

function block(ms: number): void {
  const until = performance.now() + ms
  while (performance.now() < until);
}

const turn = () => new Promise((resolve) => setTimeout(resolve, 1))

test('one late turn sheds nothing, two in a row do, and it ends when the loop is on time', async () => {
  const load = createLoadMonitor(50, () => performance.now())
  await turn()
  block(200)
  await turn()
  expect(load.isOverloaded()).toBe(false)
  for (let count = 0; count < 3; count++) {
    block(200)
    await turn()
  }
  expect(load.isOverloaded()).toBe(true)
  await new Promise((resolve) => setTimeout(resolve, 300))
  expect(load.isOverloaded()).toBe(false)
  load.stop()
})

test('a gateway that cannot keep up answers 503 with Retry-After, and no subgraph is called', async () => {
  await using stack = await startGateway({ limits: { maxLagMs: 50 } })
  for (let count = 0; count < 3; count++) {
    block(200)
    await turn()
  }
  const replies = [stack.hello()]
  for (let count = 0; count < 5; count++) {
    block(200)
    await turn()
  }
  const reply = await Promise.race(replies)
  expect([reply.status, refusalOf(reply)]).toEqual([503, 'SERVICE_UNAVAILABLE'])
  expect(reply.headers.get('retry-after')).toBe('1')
  expect(stack.subgraphCalls()).toBe(0)
})
