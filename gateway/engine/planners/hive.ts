// The query planner of Hive Router, a native addon in a process of its own: what makes it panic ends that process alone, and
// neither the loop nor libuv's pool, which token checks need, waits for a plan.
import { SHORT_DOCUMENT } from '../../operation/prepare-operation.ts'
import { parseSupergraph } from '../../supergraph/parse-supergraph.ts'
import { inSlices } from '../../supergraph/slices.ts'
import { apiSchemaInPieces } from '../api-schema.ts'
import { distinctAliases } from './distinct-aliases.ts'
import { AddonUnavailable, hiveProgram } from './hive-child.ts'
import { startHiveProcesses } from './hive-processes.ts'
import { readJoined } from './joined.ts'
import { createMendFetches } from './mend-fetches.ts'
import { mendKeys } from './mend-keys.ts'
import { mendRequires } from './mend-requires.ts'
import type { Plan } from './plan.ts'
import { type Planner, UnsupportedOperation } from './planner.ts'
import { readHivePlan } from './read-hive-plan.ts'
import { isMutation, serialMutations } from './serial-mutations.ts'

/** @throws Error when the addon does not load on this platform, or when the supergraph is not valid */
export async function createHivePlanner(
  supergraphSdl: string,
  program: URL = hiveProgram,
): Promise<Planner> {
  const processes = startHiveProcesses(supergraphSdl, program)
  // The process has a program and a graph to load: meanwhile we read the graph as well.
  const [{ overridePercentages }, { schema, joined, mendFetches }] = await Promise.all([
    processes.opened.catch(throwUnavailable),
    readGraph(supergraphSdl),
  ]).catch(async (error: unknown) => {
    await processes.stop()
    throw error
  })

  return {
    schema,
    overridePercentages: [...overridePercentages].sort((one, other) => one - other),
    namesFetches: false,
    // The addon normalises against the supergraph, not against what clients see: it gets what was validated, printed.
    plan({ document, text, operationName }, percentage) {
      const isLong = text.length > SHORT_DOCUMENT
      const request = { text, operationName, percentage, isLong }
      const plan = processes.plan(request).catch(throwKnown).then(readPlan)
      return isMutation(document) ? plan.then(inSeries) : plan
    },
    stop: () => processes.stop(),
  }

  function readPlan(said: unknown): Plan {
    const { node } = readHivePlan(said)
    if (node === null) return { node }
    return { node: mendFetches(mendKeys(mendRequires(distinctAliases(node), joined), joined)) }
  }

  function inSeries({ node }: Plan): Plan {
    return { node: node === null ? null : serialMutations(node) }
  }
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
