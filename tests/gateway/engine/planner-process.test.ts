// The native planner may end its process, by a panic or because it was built for another platform: never ours with it.
import { composeServices } from '@apollo/composition'
import { parse } from 'graphql'
import { afterEach, expect, test } from 'vitest'
import { createHivePlanner } from '../../../gateway/engine/planners/hive.ts'
import { PlannerCrashed } from '../../../gateway/engine/planners/hive-child.ts'
import type { Planner } from '../../../gateway/engine/planners/planner.ts'
import { createEngine, type EngineSettings } from '../../../gateway/engine.ts'

const supergraphSdl = composeServices([
  { name: 'one', url: 'http://one', typeDefs: parse('type Query { good: Int bad: Int }') },
]).supergraphSdl as string

const programOf = (name: string) => new URL(`./programs/${name}.js`, import.meta.url)
const inputOf = (text: string) => ({ document: parse(text), text, operationName: null })
const open: { stop(): Promise<void> }[] = []

afterEach(async () => {
  for (const one of open.splice(0)) await one.stop()
})

async function startPlanner(name: string): Promise<Planner> {
  const planner = await createHivePlanner(supergraphSdl, programOf(name))
  open.push(planner)
  return planner
}

test('a document that ends the planner is refused, and those beside it and after it are planned', async () => {
  const planner = await startPlanner('ends-with-bad-plans')
  const queries = ['{ good }', '{ bad }', '{ a: good }', '{ b: bad }', '{ b: good }']
  const plans = await Promise.allSettled(queries.map((query) => planner.plan(inputOf(query), 0)))
  expect(plans.map(({ status }) => status)).toEqual([
    'fulfilled',
    'rejected',
    'fulfilled',
    'rejected',
    'fulfilled',
  ])
  const [, bad] = plans
  expect(bad?.status === 'rejected' && bad.reason).toBeInstanceOf(PlannerCrashed)
  await expect(planner.plan(inputOf('{ c: good }'), 0)).resolves.toMatchObject({
    node: { subgraph: 'one' },
  })
})

test('a process that answers nobody is ended after ten seconds: those that waited behind the document are planned', async () => {
  const planner = await startPlanner('hangs-with-bad-plans')
  const queries = ['{ good }', '{ bad }', '{ a: good }']
  const plans = await Promise.allSettled(queries.map((query) => planner.plan(inputOf(query), 0)))
  expect(plans.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
  const [, bad] = plans
  expect(bad?.status === 'rejected' && bad.reason).toBeInstanceOf(PlannerCrashed)
  await expect(planner.plan(inputOf('{ b: good }'), 0)).resolves.toMatchObject({
    node: { subgraph: 'one' },
  })
}, 120_000)

test('of many that are planned at once each gets its own plan, long ones too', async () => {
  const planner = await startPlanner('../../../../gateway/engine/planners/hive-process')
  const queries = Array.from({ length: 200 }, (_, index) => {
    const fields = Array.from({ length: 1 + (index % 150) }, (_, at) => `f${index}x${at}: good`)
    return `{ ${fields.join(' ')} }`
  })
  expect(queries.some(({ length }) => length > 1500)).toBe(true)
  const plans = await Promise.all(queries.map((query) => planner.plan(inputOf(query), 0)))
  plans.forEach(({ node }, index) => {
    expect(node).toMatchObject({ kind: 'Fetch' })
    expect(JSON.stringify(node)).toContain(`f${index}x0:`)
  })
  await expect(planner.plan(inputOf('{ nothing }'), 0)).rejects.toThrow()
})

test('what is planned when the graph goes is refused', async () => {
  const planner = await startPlanner('ends-with-bad-plans')
  const pending = planner.plan(inputOf('{ good }'), 0)
  const refused = expect(pending).rejects.toBeInstanceOf(PlannerCrashed)
  await new Promise((resolve) => setTimeout(resolve, 20))
  await planner.stop()
  await refused
})

test('where the addon does not load, production stops and names the other planner', async () => {
  const { starting } = startEngine('stop')
  await expect(starting).rejects.toThrow(/does not load here .* set PLANNER=apollo/)
})

test('where the addon does not load, development plans with the other one, and says so', async () => {
  const { starting, warned } = startEngine('apollo')
  const { engine } = await starting
  open.push(engine)
  expect(warned.join()).toMatch(/planning with PLANNER=apollo/)
})

function startEngine(withoutAddon: NonNullable<EngineSettings['withoutAddon']>) {
  const warned: string[] = []
  const nothing = () => undefined
  const starting = createEngine(
    {
      supergraphSdl,
      dataSource: () => {
        throw new Error('nothing is fetched')
      },
      logger: {
        debug: nothing,
        info: nothing,
        error: nothing,
        warn: (_, message) => void warned.push(String(message)),
      },
      plannerProgram: programOf('ends-at-once'),
    },
    { kind: 'compiled', planner: 'hive', withoutAddon, shadowPercent: 0 },
  )
  return { starting, warned }
}
