// Anyone who owns one subgraph keeps no other from being served, and no operator from accepting what another waits with.
import { expect, test } from 'vitest'
import { type FollowingOptions, PATIENT, startFollowing, wordsOf } from './following-graph.ts'

test('what waits is accepted while another subgraph is broken', async () => {
  await using graph = await startFollowing()
  graph.sdls.live = 'broken'
  graph.sdls.asked = 'opens'
  await expect
    .poll(graph.heldNow, PATIENT)
    .toEqual(['broken asked+live: live is broken', 'waits asked: asked opens'])
  // Whatever the owner of the other one says meanwhile.
  const id = graph.idOf('asked')
  graph.sdls.live = 'broken otherwise'
  expect(await graph.changes.accept(id, 'ada')).toContain('is served')
  expect(graph.sdlNow()).toContain('live: live')
  expect(graph.sdlNow()).toContain('asked: opens')
  await expect.poll(graph.heldNow, PATIENT).toEqual(['broken live: live is broken'])
})

test('of two that wait one is accepted without the other', async () => {
  await using graph = await startFollowing()
  graph.sdls.live = 'opens live'
  graph.sdls.asked = 'opens asked'
  await expect
    .poll(graph.heldNow, PATIENT)
    .toEqual([
      'waits asked+live: live opens,asked opens',
      'waits live: live opens',
      'waits asked: asked opens',
    ])
  await graph.changes.accept(graph.idOf('asked'), 'ada')
  expect(graph.sdlNow()).toContain('live: live')
  expect(graph.sdlNow()).toContain('asked: opens asked')
  await expect.poll(graph.heldNow, PATIENT).toEqual(['waits live: live opens'])
})

test('what is good is served while one is broken and another waits', async () => {
  await using graph = await startFollowing()
  graph.sdls.live = 'broken'
  graph.sdls.asked = 'opens'
  await expect.poll(() => graph.heldNow().length, PATIENT).toBe(2)
  graph.sdls.third = 'more'
  const held = await everyMoment(graph.heldNow, () => graph.sdlNow().includes('third: more'))
  // An operator who looks while it is served sees what is held too.
  expect(held.filter((reasons) => reasons.length < 2)).toEqual([])
  expect(graph.sdlNow()).toContain('live: live')
  expect(graph.sdlNow()).toContain('asked: asked')
  await expect
    .poll(graph.heldNow, PATIENT)
    .toEqual(['broken asked+live: live is broken', 'waits asked: asked opens'])
})

test('after going back the rest can be accepted while one is broken', async () => {
  await using graph = await startFollowing()
  graph.sdls.third = 'second'
  await expect.poll(graph.sdlNow, PATIENT).toContain('third: second')
  await graph.changes.back(null, 'bob')
  expect(graph.sdlNow()).toContain('third: third')
  graph.sdls.live = 'broken'
  await expect.poll(() => graph.heldNow().join(), PATIENT).toContain('broken live')
  await expect.poll(() => graph.idOf('third'), PATIENT).not.toBe('')
  await graph.changes.accept(graph.idOf('third'), 'ada')
  expect(graph.sdlNow()).toContain('third: second')
  expect(graph.changes.status().isPinned).toBe(false)
})

test('a part that waits is told once, whatever the broken one says', async () => {
  await using graph = await startFollowing()
  graph.sdls.asked = 'opens'
  for (const text of ['broken', 'broken again', 'broken once more']) {
    graph.sdls.live = text
    await expect.poll(() => graph.heldNow().join(), PATIENT).toContain('waits asked')
    await expect.poll(() => graph.changes.status().held[0]?.kind, PATIENT).toBe('broken')
  }
  const told = graph.logs.filter((line) => JSON.stringify(line).includes('"of":["asked"]'))
  expect(told).toHaveLength(1)
})

test('what was accepted and is gone by then is said to be, and served when it comes again', async () => {
  await using graph = await startFollowing({ lookEveryMs: 300 })
  graph.sdls.live = 'opens'
  await expect.poll(graph.heldNow, PATIENT).toEqual(['waits live: live opens'])
  const id = graph.idOf('live')
  // Before anybody looks again.
  graph.sdls.live = 'live'
  await expect(graph.changes.accept(id, 'ada')).rejects.toThrow(
    'is not what there is at this moment',
  )
  graph.sdls.live = 'opens'
  await expect.poll(graph.sdlNow, PATIENT).toContain('live: opens')
})

test('two that need each other are served while a third is broken', async () => {
  const judge: FollowingOptions['judge'] = async (question) => {
    const { asked, third } = question.contents.sdls
    if ((asked === 'moves') !== (third === 'moves')) return { problems: ['one without the other'] }
    return await wordsOf(question)
  }
  await using graph = await startFollowing({ judge })
  graph.sdls.live = 'broken'
  graph.sdls.asked = 'moves'
  graph.sdls.third = 'moves'
  await expect.poll(graph.sdlNow, PATIENT).toContain('third: moves')
  expect(graph.sdlNow()).toContain('asked: moves')
  expect(graph.sdlNow()).toContain('live: live')
})

test('a line of the log has some of the reasons, and who asks for the change all of them', async () => {
  const problems = Array.from({ length: 5000 }, (_, at) => `Product.field${at} is wrong`)
  await using graph = await startFollowing({
    judge: async (question) =>
      question.contents.sdls.live === 'wrong' ? { problems } : await wordsOf(question),
  })
  graph.sdls.live = 'wrong'
  await expect.poll(() => graph.changes.status().held[0]?.reasons.length, PATIENT).toBe(5000)
  const [line] = graph.logs
    .map((one) => JSON.stringify(one))
    .filter((one) => one.includes('is wrong'))
  expect(line).toContain('and 4950 more')
  expect(line?.length).toBeLessThan(5000)
})

/** What `look` says until something is true, and a little later, at each turn of the loop. */
async function everyMoment<T>(look: () => T, isTrue: () => boolean): Promise<readonly T[]> {
  const seen: T[] = []
  let later = 500
  while (later > 0) {
    seen.push(look())
    await new Promise(setImmediate)
    if (isTrue()) later -= 1
  }
  return seen
}
