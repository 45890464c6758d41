// A slow subgraph costs those who ask it, and nobody else.
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { startGraph } from './graph-fixture.ts'

test('five hundred operations that wait for one subgraph hold up none that does not touch it', async () => {
  await using fixture = await startGraph({
    auth: {
      sdl: 'type Query { quick: String @public }',
      resolvers: { Query: { quick: () => 'q' } },
    },
    stock: {
      sdl: 'extend type Query { slow: String @public }',
      resolvers: { Query: { slow: () => sleep(3000, 's') } },
    },
  })
  await fixture.ask('{ quick }')
  // More than a pool has connections: the rest stands in line.
  const waiting = Array.from({ length: 500 }, () => fixture.ask('{ slow }'))
  await sleep(100)
  const times: number[] = []
  for (let turn = 0; turn < 100; turn += 1) {
    const startedAt = performance.now()
    expect(await fixture.ask('{ quick }')).toEqual({ data: { quick: 'q' } })
    times.push(performance.now() - startedAt)
  }
  times.sort((one, other) => one - other)
  expect(times[90]).toBeLessThan(1000)
  // In one operation what is quick waits, and what the slow one cannot do in time is told.
  const answers = await Promise.all(waiting)
  const codes = answers.map(({ errors }) => errors?.[0]?.extensions?.code ?? 'answered')
  expect(new Set(codes)).toEqual(new Set(['answered', 'SUBGRAPH_TIMEOUT']))
}, 60_000)
