// From the path of a supergraph.yaml to a graph that is served: the composed file beside it, or composed here and now.
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { loadTrustedDocuments } from '../documents/documents.ts'
import {
  createSupergraph,
  type GraphSource,
  type Supergraph,
  type SupergraphOptions,
} from '../supergraph.ts'
import type { SupergraphConfig, Variables } from './config.ts'
import { type CustomPolicies, loadPolicies } from './policies.ts'
import { loadSupergraphConfig } from './read-config.ts'
import { readAuthSdl } from './sources.ts'
import { withoutAnnounced } from './without-announced.ts'

export interface GraphPlace {
  /** Path of the YAML. */
  readonly configPath: string
  /** What `${NAME}` in it stands for. */
  readonly variables: Variables
  /** Policies beside those of the module that the YAML names; the same name here counts. */
  readonly policies?: CustomPolicies | undefined
  /** Whether subgraphs that announce themselves are left out of what is composed: nobody hears them here. Default: false. */
  readonly leavesOutAnnounced?: boolean
}

/** A supergraph that was composed already. */
export interface FoundSupergraph {
  readonly sdl: string
  /** Auth's part of it, which it has to have unchanged. */
  readonly authSdl: string
}

/**
 * Opens the supergraph that the YAML describes.
 *
 * A graph that cannot be loaded is logged and leaves `current()` null: the gateway is not ready, and
 * never serves without rules.
 *
 * @throws SupergraphConfigError when the YAML itself is wrong.
 */
export async function openSupergraph(
  options: GraphPlace &
    SupergraphOptions & {
      readonly found?: FoundSupergraph | undefined
      /** Finds the first graph, instead of reading or composing it here. `null`: it comes later. */
      readonly find?: (() => Promise<GraphSource | null>) | undefined
    },
): Promise<{ supergraph: Supergraph; config: SupergraphConfig }> {
  const { config, policies } = await readSettings(options)
  const supergraph = createSupergraph(options)
  for (const { name, dryRunUntil } of config.subgraphs) {
    if (dryRunUntil === null) continue
    const until = new Date(dryRunUntil).toISOString()
    options.logger.warn({ subgraph: name, until }, 'dry run: access rules are logged, not enforced')
  }
  try {
    const source = options.find
      ? await options.find()
      : await readSource(options, { config, policies }, options.found)
    if (source !== null) await supergraph.load(source)
  } catch (error) {
    options.logger.error({ err: error }, 'no graph: the supergraph cannot be loaded')
  }
  return { supergraph, config }
}

/**
 * All that the YAML names, read anew.
 *
 * @param found instead of the file beside it
 * @throws SupergraphConfigError, Error when anything of it cannot be used.
 */
export async function readGraphSource(
  place: GraphPlace,
  found?: FoundSupergraph,
): Promise<GraphSource> {
  return await readSource(place, await readSettings(place), found)
}

async function readSettings({ configPath, variables, policies }: GraphPlace) {
  const config = loadSupergraphConfig(configPath, { variables })
  return { config, policies: { ...(await loadPolicies(configPath, config)), ...policies } }
}

/** The supergraph that is composed already, with auth's part as auth prints it; else one that is composed here and now. */
async function readSource(
  { configPath, leavesOutAnnounced = false }: GraphPlace,
  { config, policies }: { readonly config: SupergraphConfig; readonly policies: CustomPolicies },
  found?: FoundSupergraph,
): Promise<GraphSource> {
  const trusted = await loadTrustedDocuments(configPath, config.documents)
  if (found !== undefined) {
    const { sdl, authSdl } = found
    return { sdl, authSdl, config, policies, trusted }
  }
  const path = join(dirname(configPath), 'supergraph.graphql')
  if (existsSync(path)) {
    const sdl = readFileSync(path, 'utf8')
    return { sdl, config, policies, trusted, authSdl: await readAuthSdl(configPath, config) }
  }
  // Large, and needed by those alone who did not compose before.
  const { composeFromConfig } = await import('./compose-from-config.ts')
  const { config: here } = leavesOutAnnounced ? withoutAnnounced(config) : { config }
  const { sdl, authSdl } = await composeFromConfig(configPath, { config: here, policies })
  return { sdl, config: here, policies, trusted, authSdl }
}
