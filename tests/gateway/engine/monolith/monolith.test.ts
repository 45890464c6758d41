// Random graphs, cut out of a monolith: whatever is asked, the gateway answers what graphql-js answers over the monolith.
// MONOLITH_GRAPHS and MONOLITH_OPERATIONS say how many, MONOLITH_SEED where to begin.
import { parse, validate } from 'graphql'
import { describe, expect, test } from 'vitest'
import { drawOperation, type RandomOperation } from '../operations.ts'
import { type Case, refused, regressions } from './known.ts'
import { createPick } from './random.ts'
import { type Asked, createTwin, isAlike, isRefused, type Twin } from './twin.ts'

const GRAPHS = Number(process.env.MONOLITH_GRAPHS ?? 7)
const OPERATIONS = Number(process.env.MONOLITH_OPERATIONS ?? 20)
const SEED = Number(process.env.MONOLITH_SEED ?? 0)

describe.each(['hive', 'apollo'] as const)('with the planner of %s', (planner) => {
  test('random operations over random graphs are answered as the monolith answers them', async () => {
    const seen = { compared: 0, refused: 0, composed: 0 }
    const wrong: unknown[] = []
    for (let seed = SEED; seed < SEED + GRAPHS; seed += 1) {
      await using twin = await createTwin(seed, planner)
      if (twin === null) continue
      seen.composed += 1
      for (let index = 0; index < OPERATIONS; index += 1) {
        const asked = await ask(twin, { seed, index })
        if (asked === null) continue
        seen.compared += 1
        if (isRefused(asked)) seen.refused += 1
        else if (!isAlike(asked)) wrong.push({ seed, index, ...asked })
      }
    }
    expect(wrong).toEqual([])
    expect(seen.composed).toBeGreaterThan(GRAPHS * 0.6)
    expect(seen.compared).toBeGreaterThan(seen.composed * OPERATIONS * 0.8)
    // An operation that is refused is not lost in silence; there must be few of them all the same.
    expect(seen.refused).toBeLessThan(Math.max(3, seen.compared / 50))
  }, 3_600_000)

  const own = regressions.filter((one) => (one.planner ?? planner) === planner)
  test.each(own)('$seed/$index is answered right: $why', async (one) => {
    await using twin = await createTwin(one.seed, planner)
    const asked = twin === null ? null : await ask(twin, one)
    expect(asked?.actual.data).toEqual(asked?.expected.data)
    expect(asked !== null && isAlike(asked)).toBe(true)
  })

  test.each(refused[planner] ?? [])('$seed/$index is still refused: $why', async (one) => {
    await using twin = await createTwin(one.seed, planner)
    const asked = twin === null ? null : await ask(twin, one)
    expect(asked !== null && isRefused(asked)).toBe(true)
    expect(asked?.actual.errors).toMatchObject([{ extensions: { code: 'OPERATION_UNSUPPORTED' } }])
  })
})

/** Null for an operation that is not valid. */
async function ask(
  twin: Twin,
  { seed, index }: Case,
): Promise<(Asked & { operation: RandomOperation }) | null> {
  const operation = drawOperation(twin.schema, createPick(seed * 1000 + index))
  if (/__schema|__type\(/.test(operation.query)) return null
  if (validate(twin.schema, parse(operation.query)).length > 0) return null
  const mood = { seed: index, missing: 8, failing: index % 3 === 2 ? 6 : 0 }
  return { operation, ...(await twin.ask(operation, mood)) }
}
