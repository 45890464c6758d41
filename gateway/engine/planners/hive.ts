// The query planner of Hive Router, a native addon: it plans in a thread of libuv's pool, off the loop.
import { buildASTSchema, parse, print } from 'graphql'
import { apiSchemaOf } from '../api-schema.ts'
import { createAdmission } from './admission.ts'
import { NoPath, type Planner } from './planner.ts'
import { readHivePlan } from './read-hive-plan.ts'

type Addon = typeof import('@graphql-hive/router-query-planner')

/** WebCrypto uses the same pool of four threads: token checks must not wait behind plans. */
const PLANS_AT_ONCE = 2

/** @throws Error when the addon does not load on this platform, or when the supergraph is not valid */
export async function createHivePlanner(supergraphSdl: string): Promise<Planner> {
  const { QueryPlanner } = await loadAddon()
  const planner = new QueryPlanner(supergraphSdl)
  const admit = createAdmission(PLANS_AT_ONCE)
  const noLabels: Set<string> = new Set()
  const document = parse(supergraphSdl)
  return {
    // The addon's own is not for clients: it has the scalars and directives of features.
    schema: apiSchemaOf(document),
    supergraphSchema: buildASTSchema(document, { assumeValid: true }),
    overridePercentages: [...planner.overridePercentages].sort((one, other) => one - other),
    plan: ({ document, operationName }, percentage) =>
      admit(async () => {
        // The addon normalises against the supergraph, not against what clients see: it gets what was validated, printed.
        const text = print(document)
        // Its task borrows the planner without keeping it alive; this function does, until the plan is there.
        const pending = planner.planAsync(text, operationName, noLabels, percentage)
        return readHivePlan(await pending.catch(throwKnown))
      }),
    stop: async () => undefined,
  }
}

/** That no subgraph can answer a field is a finding; everything else is a fault of the planner's. */
function throwKnown(error: Error): never {
  if (error.message.includes('No paths found')) throw new NoPath(error.message, { cause: error })
  throw error
}

async function loadAddon(): Promise<Addon> {
  try {
    return await import('@graphql-hive/router-query-planner')
  } catch (cause) {
    const here = `${process.platform} on ${process.arch}`
    throw new Error(
      `The query planner's native addon does not load here (${here}). It is built for Linux with glibc and for macOS: set PLANNER=apollo to plan without it.`,
      { cause },
    )
  }
}
