// Apollo's planner may give up on a document, hang with it or end its thread: that one is refused, and no other.
import { composeServices } from '@apollo/composition'
import { parse } from 'graphql'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createApolloPlanner } from '../../../gateway/engine/planners/apollo.ts'
import type { Planner } from '../../../gateway/engine/planners/planner.ts'
import { withSecondPlanner } from '../../../gateway/engine/planners/second-planner.ts'

const supergraphSdl = composeServices([
  { name: 'one', url: 'http://one', typeDefs: parse('type Query { good: Int bad: Int }') },
]).supergraphSdl as string

const program = new URL('./programs/apollo-with-bad-plans.js', import.meta.url)
const refused = { name: 'UnsupportedOperation', reason: 'PLANNER_FAILED' }
let planner: Planner

beforeEach(async () => {
  planner = await createApolloPlanner(supergraphSdl, program)
})
afterEach(() => planner.stop())

function plan(query: string, by = planner) {
  return by.plan({ document: parse(query), text: query, operationName: null }, 0)
}

test('a document on which it gives up is refused, with its words', async () => {
  await expect(plan('{ fails: good }')).rejects.toMatchObject({
    ...refused,
    message: expect.stringContaining('Cannot find it'),
  })
  await expect(plan('{ good }')).resolves.toMatchObject({ node: { subgraph: 'one' } })
})

test('one that ends the thread is refused, and those beside it and after it are planned', async () => {
  const queries = ['{ good }', '{ ends: bad }', '{ a: good }', '{ ends2: bad }', '{ b: good }']
  const plans = await Promise.allSettled(queries.map((query) => plan(query)))
  expect(plans.map(({ status }) => status)).toEqual([
    'fulfilled',
    'rejected',
    'fulfilled',
    'rejected',
    'fulfilled',
  ])
  expect(plans[1]).toMatchObject({ reason: refused })
  await expect(plan('{ c: good }')).resolves.toMatchObject({ node: { subgraph: 'one' } })
})

test('one that hangs is refused after ten seconds, and those that waited behind it are planned', async () => {
  const queries = ['{ hangs: bad }', '{ good }', '{ a: good }']
  const plans = await Promise.allSettled(queries.map((query) => plan(query)))
  expect(plans.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled'])
  expect(plans[0]).toMatchObject({ reason: refused })
}, 60_000)

test('where the first planner fails in a way of its own, the second one that gives up says why', async () => {
  const first: Planner = {
    ...planner,
    plan: () => Promise.reject(new Error('the planner has ended')),
    stop: async () => undefined,
  }
  const both = withSecondPlanner(first, {
    openSecond: async () => planner,
    findFault: () => null,
    logger: { info: () => undefined },
  })
  await expect(plan('{ fails: good }', both)).rejects.toMatchObject(refused)
  await expect(plan('{ good }', both)).resolves.toMatchObject({ node: { subgraph: 'one' } })
})

test('what is planned when the graph goes is refused, and not found to be unsupported', async () => {
  const pending = plan('{ hangs: bad }')
  const ended = expect(pending).rejects.toThrow('the planner has ended')
  await new Promise((resolve) => setTimeout(resolve, 50))
  await planner.stop()
  await ended
})
