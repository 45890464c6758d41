// A change that an operator accepted is not accepted for ever: it may come and go for a while, and is looked at again when it returns later.
import { expect, test } from 'vitest'
import { PATIENT, startFollowing } from './following-graph.ts'

const HOUR_MS = 60 * 60 * 1000

async function acceptOpening(graph: Awaited<ReturnType<typeof startFollowing>>): Promise<void> {
  graph.sdls.live = 'opens'
  await expect.poll(graph.heldNow, PATIENT).toEqual(['waits live: live opens'])
  await graph.changes.accept(graph.idOf('live'), 'ada')
  expect(graph.sdlNow()).toContain('live: opens')
}

test('while instances are replaced one by one', async () => {
  await using graph = await startFollowing()
  await acceptOpening(graph)
  graph.sdls.live = 'live'
  await expect.poll(graph.sdlNow, PATIENT).toContain('live: live')
  graph.sdls.live = 'opens'
  await expect.poll(graph.sdlNow, PATIENT).toContain('live: opens')
})

test('what was closed since does not open once more without anybody’s look', async () => {
  await using graph = await startFollowing()
  await acceptOpening(graph)
  graph.pass(2 * HOUR_MS)
  graph.sdls.live = 'closed'
  await expect.poll(graph.sdlNow, PATIENT).toContain('live: closed')
  graph.sdls.live = 'opens'
  await expect.poll(graph.heldNow, PATIENT).toEqual(['waits live: live opens'])
  expect(graph.sdlNow()).toContain('live: closed')
  // Nothing is in the way of another look.
  await graph.changes.accept(graph.idOf('live'), 'bob')
  expect(graph.sdlNow()).toContain('live: opens')
})
