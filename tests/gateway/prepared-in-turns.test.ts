// A long document that was never seen is prepared in turns, so that others are served between its steps.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { GatewayError } from '../../gateway/errors.ts'
import { type GraphFixture, startGraph } from './graph-fixture.ts'

let fixture: GraphFixture
beforeAll(async () => {
  fixture = await startGraph({
    auth: { sdl: 'type Query { hello: String @public }' },
    main: { sdl: 'type Query { word(of: String): String @authenticated }' },
  })
})
afterAll(() => fixture[Symbol.asyncDispose]())

/** 25 fields, some 2,200 characters. */
const longDocument = (field: string, mark: string) => {
  const fields = Array.from(
    { length: 25 },
    (_, n) => `a${n}: ${field}(of: "${mark} ${'x'.repeat(60)}")`,
  )
  return `{ ${fields.join(' ')} }`
}
const inTurns = (query: string) => fixture.graph.operations.prepareInTurns(query, null)

/** How many turns the event loop had before this was done. */
async function turnsUntil(done: Promise<unknown>): Promise<number> {
  let turns = 0
  let isOver = false
  const end = () => {
    isOver = true
  }
  void done.then(end, end)
  while (!isOver) {
    await new Promise((resolve) => setImmediate(resolve))
    turns += 1
  }
  return turns
}

test('a short document is prepared at once, and a known one is handed out', async () => {
  expect(inTurns('{ word }')).toMatchObject({ kind: 'query', rootFields: ['word'] })
  const query = longDocument('word', 'known')
  const prepared = await inTurns(query)
  expect(inTurns(query)).toBe(prepared)
  expect(fixture.graph.operations.prepare(query, null)).toBe(prepared)
})

test('between the steps of a long document others have their turn', async () => {
  const pending = inTurns(longDocument('word', 'turns'))
  expect(pending).toBeInstanceOf(Promise)
  expect(await turnsUntil(Promise.resolve(pending))).toBeGreaterThanOrEqual(4)
})

test('however many send a long document at once, it is prepared once', async () => {
  const query = longDocument('word', 'many')
  const before = fixture.graph.operations.use.operations.entries
  const [first, ...others] = await Promise.all(Array.from({ length: 20 }, () => inTurns(query)))
  expect(new Set(others)).toEqual(new Set([first]))
  expect(fixture.graph.operations.use.operations.entries).toBe(before + 1)
})

test('a refusal is the same for all who wait, and is remembered', async () => {
  const query = longDocument('wort', 'wrong')
  const told = await Promise.allSettled(Array.from({ length: 5 }, async () => await inTurns(query)))
  const reasons = told.map((one) => (one.status === 'rejected' ? one.reason : null))
  expect(reasons[0]).toBeInstanceOf(GatewayError)
  expect(new Set(reasons).size).toBe(1)
  expect(() => inTurns(query)).toThrow(reasons[0])
})

test('two operations of one document are kept beside each other, prepared at the same time', async () => {
  const [, ...fields] = longDocument('word', 'two')
  const body = fields.join('')
  const query = `query A { ${body} query B { ${body}`
  const prepare = (name: string) => fixture.graph.operations.prepareInTurns(query, name)
  const [a, b] = await Promise.all([prepare('A'), prepare('B')])
  expect([a.operationName, b.operationName]).toEqual(['A', 'B'])
  expect([prepare('A'), prepare('B')]).toEqual([a, b])
})
