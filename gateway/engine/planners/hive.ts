// The query planner of Hive Router, a native addon in a process of its own: what makes it panic ends that process alone, and
// neither the loop nor libuv's pool, which token checks need, waits for a plan.
import { type DocumentNode, Kind, print } from 'graphql'
import { parseSupergraph } from '../../supergraph/parse-supergraph.ts'
import { inSlices } from '../../supergraph/slices.ts'
import { apiSchemaInPieces } from '../api-schema.ts'
import { createAdmission } from './admission.ts'
import { distinctAliases } from './distinct-aliases.ts'
import {
  AddonUnavailable,
  type HiveChild,
  hiveProgram,
  PlannerCrashed,
  type PlanRequest,
  startHiveChild,
} from './hive-child.ts'
import { readJoined } from './joined.ts'
import { createMendFetches } from './mend-fetches.ts'
import { mendKeys } from './mend-keys.ts'
import { mendRequires } from './mend-requires.ts'
import type { Plan } from './plan.ts'
import { type Planner, UnsupportedOperation } from './planner.ts'
import { readHivePlan } from './read-hive-plan.ts'
import { serialMutations } from './serial-mutations.ts'

/** A crash takes those with it that are planned beside it. */
const PLANS_AT_ONCE = 2

/** @throws Error when the addon does not load on this platform, or when the supergraph is not valid */
export async function createHivePlanner(
  supergraphSdl: string,
  program: URL = hiveProgram,
): Promise<Planner> {
  let child = startHiveChild(supergraphSdl, program)
  // The child has a program and a graph to load: meanwhile we read the graph as well.
  const [{ overridePercentages }, { schema, joined, mendFetches }] = await Promise.all([
    child.catch(throwUnavailable),
    readGraph(supergraphSdl),
  ]).catch(async (error: unknown) => {
    await child.then(
      (one) => one.stop(),
      () => undefined,
    )
    throw error
  })
  const admit = createAdmission(PLANS_AT_ONCE)
  const admitSuspect = createAdmission(1)
  let isStopped = false

  return {
    schema,
    overridePercentages: [...overridePercentages].sort((one, other) => one - other),
    plan({ document, operationName }, percentage) {
      // The addon normalises against the supergraph, not against what clients see: it gets what was validated, printed.
      const request = { text: print(document), operationName, percentage }
      const plan = admit(() => planOrRetry(request)).then(readPlan)
      return isMutation(document) ? plan.then(inSeries) : plan
    },
    async stop() {
      isStopped = true
      await child.then(
        (one) => one.stop(),
        () => undefined,
      )
    },
  }

  function readPlan(said: unknown): Plan {
    const { node } = readHivePlan(said)
    if (node === null) return { node }
    return { node: mendFetches(mendKeys(mendRequires(distinctAliases(node), joined), joined)) }
  }

  function inSeries({ node }: Plan): Plan {
    return { node: node === null ? null : serialMutations(node) }
  }

  async function planOrRetry(request: PlanRequest): Promise<unknown> {
    try {
      return await planOnce(request)
    } catch (error) {
      if (!(error instanceof PlannerCrashed) || error.wasAlone || isStopped) throw error
      // It may have been the other one: whoever ends a process of its own did it.
      return admitSuspect(() => planApart(request))
    }
  }

  async function planApart(request: PlanRequest): Promise<unknown> {
    const own = await startHiveChild(supergraphSdl, program)
    try {
      return await own.plan(request).catch(throwKnown)
    } finally {
      own.stop()
    }
  }

  async function planOnce(request: PlanRequest): Promise<unknown> {
    const one = await living()
    return one.plan(request).catch(throwKnown)
  }

  async function living(): Promise<HiveChild> {
    const current = child
    const one = await current.catch(() => null)
    if (one !== null && !one.isGone) return one
    if (isStopped) throw new PlannerCrashed({ wasAlone: false })
    // Anyone who finds it gone first starts the next.
    if (child === current) child = startHiveChild(supergraphSdl, program)
    return child
  }
}

function isMutation({ definitions }: DocumentNode): boolean {
  return definitions.some(
    (one) => one.kind === Kind.OPERATION_DEFINITION && one.operation === 'mutation',
  )
}

async function readGraph(supergraphSdl: string) {
  const document = await inSlices(parseSupergraph(supergraphSdl))
  // The addon's own schema is not for clients: it has the scalars and directives of features.
  const schema = await inSlices(apiSchemaInPieces(document))
  const mendFetches = await inSlices(createMendFetches(document))
  return { schema, joined: readJoined(document), mendFetches }
}

/** That no subgraph can answer a field is a finding; everything else is a fault of the planner's. */
function throwKnown(error: Error): never {
  if (error.message.includes('No paths found')) {
    throw new UnsupportedOperation('NO_PATH', error.message, { cause: error })
  }
  throw error
}

function throwUnavailable(error: unknown): never {
  if (!(error instanceof AddonUnavailable)) throw error
  const here = `${process.platform} on ${process.arch}`
  throw new AddonUnavailable(
    `The query planner's native addon does not load here (${here}). It is built for Linux with glibc and for macOS: set PLANNER=apollo to plan without it.`,
    { cause: error },
  )
}
