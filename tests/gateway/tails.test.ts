// A slow subgraph costs those who ask it, and nobody else.
import { expect, test } from 'vitest'
import { startGraph } from './graph-fixture.ts'

test('five hundred operations that wait for one subgraph hold up none that does not touch it', async () => {
  let open: (answer: string) => void = () => undefined
  const gate = new Promise<string>((resolve) => {
    open = resolve
  })
  await using fixture = await startGraph({
    auth: {
      sdl: 'type Query { quick: String @public }',
      resolvers: { Query: { quick: () => 'q' } },
    },
    stock: {
      sdl: 'extend type Query { slow: String @public }',
      resolvers: { Query: { slow: () => gate } },
      settings: { timeoutMs: 20_000 },
    },
  })
  await fixture.ask('{ quick }')
  let isOver = 0
  // More than a pool has connections: the rest stands in line.
  const waiting = Array.from({ length: 500 }, () =>
    fixture.ask('{ slow }').finally(() => {
      isOver += 1
    }),
  )
  const asked = (name: string) => fixture.received.filter(({ subgraph }) => subgraph === name)
  await expect.poll(() => asked('stock').length, { timeout: 30_000 }).toBeGreaterThan(100)
  for (let turn = 0; turn < 100; turn += 1) {
    expect(await fixture.ask('{ quick }')).toEqual({ data: { quick: 'q' } })
  }
  // Anyone who had waited for the slow one would still wait.
  expect(isOver).toBe(0)
  open('s')
  const answers = await Promise.all(waiting)
  expect(answers).toEqual(Array(500).fill({ data: { slow: 's' } }))
})

test('what a slow subgraph cannot do in time is told, in line or not', async () => {
  await using fixture = await startGraph({
    auth: { sdl: 'type Query { quick: String @public }' },
    stock: {
      sdl: 'extend type Query { slow: String @public }',
      resolvers: { Query: { slow: () => new Promise(() => undefined) } },
      settings: { timeoutMs: 500 },
    },
  })
  const answers = await Promise.all(Array.from({ length: 200 }, () => fixture.ask('{ slow }')))
  const codes = answers.map(({ errors }) => errors?.[0]?.extensions?.code)
  expect(codes).toEqual(Array(200).fill('SUBGRAPH_TIMEOUT'))
})
