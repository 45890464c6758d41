// What an operator says is done at once, or answered in time: whoever owns a subgraph can have composed what takes a minute, again and again.
import { once } from 'node:events'
import { expect, test, vi } from 'vitest'
import { type FollowingOptions, PATIENT, startFollowing, wordsOf } from './following-graph.ts'

/** What takes longer than anybody waits, unless somebody ends it. */
async function endless(signal: AbortSignal | undefined): Promise<never> {
  if (signal !== undefined && !signal.aborted) await once(signal, 'abort')
  else await new Promise(() => {})
  throw signal?.reason
}

const isSlow = ({ contents }: Parameters<typeof wordsOf>[0]) =>
  Object.values(contents.sdls).includes('slow')

test('a command waits for no look that composes, and what was looked at is judged afterwards', async () => {
  let isQuick = false
  const judge = vi.fn<NonNullable<FollowingOptions['judge']>>(async (question, signal) =>
    isSlow(question) && !isQuick ? await endless(signal) : await wordsOf(question),
  )
  await using graph = await startFollowing({ judge })
  graph.sdls.live = 'second'
  await expect.poll(graph.sdlNow, PATIENT).toContain('live: second')
  graph.sdls.live = 'slow'
  await expect
    .poll(() => isSlow(judge.mock.lastCall?.[0] ?? ({ contents: { sdls: {} } } as never)), PATIENT)
    .toBe(true)
  const judged = judge.mock.calls.length
  expect(await graph.changes.back(null, 'bob')).toContain('Back at')
  expect(graph.sdlNow()).toContain('live: live')
  expect(judge.mock.calls.length).toBeGreaterThan(judged)
  // What made way is looked at again, and was told nowhere as a failure.
  isQuick = true
  await expect
    .poll(graph.heldNow, PATIENT)
    .toEqual([expect.stringContaining('an operator went back')])
  expect(JSON.stringify(graph.logs)).not.toContain('could not be looked at')
})

test('what takes longer than an operator waits is said to be under way, and done', async () => {
  let release = () => {}
  const patience = new Promise<void>((resolve) => {
    release = resolve
  })
  let isSlowNow = false
  await using graph = await startFollowing({
    answerMs: 50,
    judge: async (question) => {
      if (isSlowNow) await patience
      return await wordsOf(question)
    },
  })
  graph.sdls.live = 'opens'
  await expect.poll(graph.heldNow, PATIENT).toEqual(['waits live: live opens'])
  isSlowNow = true
  await expect(graph.changes.accept(graph.idOf('live'), 'ada')).rejects.toThrow('It is under way')
  expect(graph.sdlNow()).not.toContain('live: opens')
  release()
  await expect.poll(graph.sdlNow, PATIENT).toContain('live: opens')
  await expect
    .poll(() => JSON.stringify(graph.logs), PATIENT)
    .toContain('a command about the graph is done')
})
