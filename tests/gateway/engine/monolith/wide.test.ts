// Wider graphs and operations than those of monolith.test.ts, and subgraphs that do not answer now and then: nothing is lost or
// made up without an error. WIDE_GRAPHS and WIDE_OPERATIONS say how many, WIDE_SEED where to begin.
import { parse, validate } from 'graphql'
import { describe, expect, test } from 'vitest'
import { drawOperation, type RandomOperation } from '../operations.ts'
import { type Case, refusedWide, wideRegressions } from './known-wide.ts'
import { createPick } from './random.ts'
import { type Asked, createTwin, isAlike, isRefused, type Twin } from './twin.ts'

const GRAPHS = Number(process.env.WIDE_GRAPHS ?? 4)
const OPERATIONS = Number(process.env.WIDE_OPERATIONS ?? 20)
const SEED = Number(process.env.WIDE_SEED ?? 0)

/** Out of a hundred fetches that nobody answers. */
const moods = { reliable: 0, unreliable: 30 }

describe.each(['hive', 'apollo'] as const)('with the planner of %s', (planner) => {
  test.each(Object.entries(moods))(
    'nothing is lost or made up without an error where subgraphs are %s',
    async (mood, away) => {
      const seen = { compared: 0, refused: 0, composed: 0 }
      const wrong: unknown[] = []
      for (let seed = SEED; seed < SEED + GRAPHS; seed += 1) {
        await using twin = await createTwin(seed, planner, { isWide: true })
        if (twin === null) continue
        seen.composed += 1
        for (let index = 0; index < OPERATIONS; index += 1) {
          const asked = await ask(twin, { seed, index, away })
          if (asked === null) continue
          seen.compared += 1
          if (isRefused(asked)) seen.refused += 1
          else if (!isRight(asked, away)) wrong.push({ seed, index, mood, ...asked })
        }
      }
      expect(wrong).toEqual([])
      expect(seen.composed).toBeGreaterThan(GRAPHS * 0.4)
      expect(seen.compared).toBeGreaterThan(seen.composed * OPERATIONS * 0.5)
      // Where nobody answers there may be nothing to tell it by.
      if (away === 0) expect(seen.refused).toBeLessThan(Math.max(4, seen.compared / 20))
    },
    3_600_000,
  )

  test.each(wideRegressions)('$seed/$index is answered right: $why', async (one) => {
    await using twin = await createTwin(one.seed, planner, { isWide: true })
    const asked = twin === null ? null : await ask(twin, one)
    expect(asked !== null && (isRefused(asked) || isRight(asked, one.away))).toBe(true)
  })

  const own = refusedWide.filter((one) => one.planner === planner)
  test.each(own)('$seed/$index is still refused: $why', async (one) => {
    await using twin = await createTwin(one.seed, planner, { isWide: true })
    const asked = twin === null ? null : await ask(twin, one)
    expect(asked !== null && isRefused(asked)).toBe(true)
  })
})

/** Null for an operation that is not valid. */
async function ask(
  twin: Twin,
  { seed, index, away }: Case,
): Promise<(Asked & { operation: RandomOperation }) | null> {
  const operation = drawOperation(twin.schema, createPick(seed * 1000 + index), { isWide: true })
  if (/__schema|__type\(/.test(operation.query)) return null
  if (validate(twin.schema, parse(operation.query)).length > 0) return null
  const mood = { seed: index, missing: 8, failing: away === 0 && index % 3 === 2 ? 6 : 0, away }
  return { operation, ...(await twin.ask(operation, mood)) }
}

function isRight(asked: Asked, away: number): boolean {
  if (away === 0) return isAlike(asked)
  const { actual, expected } = asked
  return isPartOf(actual.data, expected.data) && (isAlike(asked) || actual.errors !== undefined)
}

/** The same, but that nulls may stand in it. */
function isPartOf(one: unknown, whole: unknown): boolean {
  if (one === null) return true
  if (typeof one !== 'object') return one === whole
  if (typeof whole !== 'object' || whole === null) return false
  const keys = Object.keys(one)
  return (
    Array.isArray(one) === Array.isArray(whole) &&
    keys.length === Object.keys(whole).length &&
    keys.every((key) => isPartOf((one as never)[key], (whole as never)[key]))
  )
}
