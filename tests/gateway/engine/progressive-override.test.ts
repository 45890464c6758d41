// Progressive @override: with either planner each share of the requests has a plan of its own, and what Hive's planner cannot plan is
// left to Apollo's, which knows the share as well.
import { composeServices } from '@apollo/composition'
import { parse, print } from 'graphql'
import { describe, expect, test } from 'vitest'
import { createApolloPlanner } from '../../../gateway/engine/planners/apollo.ts'
import { createHivePlanner } from '../../../gateway/engine/planners/hive.ts'
import { readJoined } from '../../../gateway/engine/planners/joined.ts'
import { createFindFault } from '../../../gateway/engine/planners/plan-faults.ts'
import type { Planner } from '../../../gateway/engine/planners/planner.ts'
import { withSecondPlanner } from '../../../gateway/engine/planners/second-planner.ts'

const head = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.7", import: ["@key", "@override", "@shareable"])`
const subgraphs = {
  old: 'type Query { lamp: Lamp } type Lamp @key(fields: "id") { id: ID! watts: Int volts: Int size: Int }',
  young: /* GraphQL */ `
    type Lamp @key(fields: "id") {
      id: ID!
      watts: Int @override(from: "old", label: "percent(25)")
      volts: Int @override(from: "old", label: "percent(62.5)")
      size: Int @override(from: "old", label: "beta")
    }
  `,
}
const services = Object.entries(subgraphs).map(([name, sdl]) => ({
  name,
  url: `http://${name}`,
  typeDefs: parse(`${head}\n${sdl}`),
}))
const supergraphSdl = composeServices(services).supergraphSdl as string
const document = parse('{ lamp { watts volts size } }')

/** Whom a plan asks for each field. */
async function askedOf(planner: Planner, percentage: number): Promise<Record<string, string>> {
  const text = JSON.stringify(
    await planner.plan({ document, text: print(document), operationName: null }, percentage),
  )
  const asked: Record<string, string> = {}
  for (const [, subgraph, operation] of text.matchAll(
    /"subgraph":"(\w+)","operation":"([^"]*)"/g,
  )) {
    for (const field of ['watts', 'volts', 'size']) {
      if (new RegExp(`\\b${field}\\b`).test(operation as string)) asked[field] = subgraph as string
    }
  }
  return asked
}

const planners = {
  hive: () => createHivePlanner(supergraphSdl),
  apollo: () => createApolloPlanner(supergraphSdl),
  'apollo behind one that cannot': async () => {
    const hive = await createHivePlanner(supergraphSdl)
    const plan = async () => {
      throw new Error('it cannot')
    }
    return withSecondPlanner(
      { ...hive, plan },
      {
        openSecond: () => createApolloPlanner(supergraphSdl),
        findFault: createFindFault(readJoined(parse(supergraphSdl))),
        logger: { info() {} },
      },
    )
  },
}

describe.each(Object.entries(planners))('%s', (_, create) => {
  test.each([
    [10, { watts: 'young', volts: 'young', size: 'old' }],
    [40, { watts: 'old', volts: 'young', size: 'old' }],
    [80, { watts: 'old', volts: 'old', size: 'old' }],
  ])('at %d percent', async (percentage, expected) => {
    const planner = await create()
    try {
      expect(planner.overridePercentages).toEqual([25, 62.5])
      expect(await askedOf(planner, percentage)).toEqual(expected)
    } finally {
      await planner.stop()
    }
  })
})
