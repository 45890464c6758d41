// What is hard to plan is answered right, or refused before any fetch: never in part, and never with the value of something else.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { EngineSettings } from '../../../../gateway/engine.ts'
import { entangled } from './entangled.ts'
import { composeKinds, type KindsGraph, startKinds } from './start-kinds.ts'

const planners: readonly EngineSettings['planner'][] = ['hive', 'apollo']

describe.each(planners)('with the planner of %s', (planner) => {
  describe.each(entangled)('$name', ({ subgraphs, asks }) => {
    let graph: KindsGraph
    beforeAll(async () => {
      graph = await startKinds(composeKinds([{ subgraphs }]), {
        kind: 'compiled',
        planner,
        shadowPercent: 0,
      })
    })
    afterAll(() => graph?.[Symbol.asyncDispose]())

    test.each(asks)('$query', async (ask) => {
      const { result, fetches } = await graph.ask(ask)
      if (ask.isRefused?.includes(planner)) {
        expect(fetches).toEqual([])
        expect(result.errors).toMatchObject([{ extensions: { code: 'OPERATION_UNSUPPORTED' } }])
        return
      }
      expect(result.data).toEqual(ask.data)
      expect(result.errors !== undefined).toBe(ask.isFaulty === true)
    })
  })
})

/** So many are refused that could be answered: another one is a change for the worse. */
test.each([
  ['hive', 2],
  ['apollo', 3],
] as const)('the list of what is refused does not grow (%s)', (planner, atMost) => {
  const refused = entangled.flatMap(({ asks }) =>
    asks.filter(({ isRefused }) => isRefused?.includes(planner)),
  )
  expect(refused.length).toBeLessThanOrEqual(atMost)
})
