// The kinds of the public federation gateway audit's graphs, as graphs of our own: with each planner and engine, all of them
// are answered right, or refused before any fetch where `unsupported.ts` says so.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { EngineSettings } from '../../../../gateway/engine.ts'
import { federation1 } from './federation-1.ts'
import { interfaceObjects } from './interface-objects.ts'
import { interfaces } from './interfaces.ts'
import { keys } from './keys.ts'
import { overrides } from './overrides.ts'
import { provides } from './provides.ts'
import { requires } from './requires.ts'
import { rootsAndInputs } from './roots-and-inputs.ts'
import { composeKinds, type KindsGraph, startKinds } from './start-kinds.ts'
import { unions } from './unions.ts'
import { unsupported, unsupportedAtMost } from './unsupported.ts'

const kinds = [
  ...keys,
  ...federation1,
  ...interfaces,
  ...interfaceObjects,
  ...requires,
  ...provides,
  ...overrides,
  ...unions,
  ...rootsAndInputs,
]
const cases = kinds.flatMap(({ audit, asks }) => asks.map((ask) => ({ audit, ...ask })))
let composed: ReturnType<typeof composeKinds>

beforeAll(() => {
  composed = composeKinds(kinds)
})

const engines: Readonly<Record<string, EngineSettings>> = {
  hive: { kind: 'compiled', planner: 'hive', shadowPercent: 0 },
  apollo: { kind: 'compiled', planner: 'apollo', shadowPercent: 0 },
  stock: { kind: 'stock', planner: 'apollo', shadowPercent: 0 },
}

test('every graph of the audit has its kind here', () => {
  expect(new Set(kinds.map(({ audit }) => audit)).size).toBe(46)
  expect(kinds).toHaveLength(46)
})

describe.each(Object.keys(engines))('with %s', (name) => {
  let graph: KindsGraph
  beforeAll(async () => {
    graph = await startKinds(composed, engines[name] as EngineSettings)
  })
  afterAll(() => graph?.[Symbol.asyncDispose]())

  const known = unsupported[name] ?? []
  const isKnown = ({ audit, query }: { audit: string; query: string }) =>
    known.some((one) => one.audit === audit && one.query === query)

  test.each(cases.filter((one) => !isKnown(one)))('$audit: $query', async (ask) => {
    const { result } = await graph.ask(ask)
    expect(result.data).toEqual(ask.data)
    // Apollo's executor says nothing of what a subgraph left out.
    if (name !== 'stock') expect(result.errors !== undefined).toBe(ask.isFaulty === true)
  })

  test('what cannot be answered right is refused before any fetch, with the reason', async () => {
    for (const { audit, query, reason } of known) {
      expect(cases.some((one) => one.audit === audit && one.query === query)).toBe(true)
      const { result, fetches } = await graph.ask({ query, data: null })
      expect(fetches).toEqual([])
      expect(result).toMatchObject({
        data: null,
        errors: [{ extensions: { code: 'OPERATION_UNSUPPORTED', reason } }],
      })
    }
  })

  test('the list of what is refused does not grow', () => {
    expect(known.length).toBeLessThanOrEqual(name === 'hive' ? 0 : unsupportedAtMost)
  })
})
