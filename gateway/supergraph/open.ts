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
import { loadSupergraphConfig, type SupergraphConfig, type Variables } from './config.ts'
import { type CustomPolicies, loadPolicies } from './policies.ts'

export interface GraphPlace {
  /** Path of the YAML. */
  readonly configPath: string
  /** What `${NAME}` in it stands for. */
  readonly variables: Variables
  /** Policies beside those of the module that the YAML names; the same name here counts. */
  readonly policies?: CustomPolicies | undefined
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
  options: GraphPlace & SupergraphOptions,
): Promise<{ supergraph: Supergraph; config: SupergraphConfig }> {
  const { config, policies } = await readSettings(options)
  const supergraph = createSupergraph(options)
  for (const { name, dryRunUntil } of config.subgraphs) {
    if (dryRunUntil === null) continue
    const until = new Date(dryRunUntil).toISOString()
    options.logger.warn({ subgraph: name, until }, 'dry run: access rules are logged, not enforced')
  }
  try {
    const sdl = await readSupergraphSdl(options.configPath, config, policies)
    const trusted = await loadTrustedDocuments(options.configPath, config.documents)
    await supergraph.load({ sdl, config, policies, trusted })
  } catch (error) {
    options.logger.error({ err: error }, 'no graph: the supergraph cannot be loaded')
  }
  return { supergraph, config }
}

/** All that the YAML names, read anew. @throws SupergraphConfigError, Error when anything of it cannot be used. */
export async function readGraphSource(place: GraphPlace): Promise<GraphSource> {
  const { config, policies } = await readSettings(place)
  const trusted = await loadTrustedDocuments(place.configPath, config.documents)
  const sdl = await readSupergraphSdl(place.configPath, config, policies)
  return { sdl, config, policies, trusted }
}

async function readSettings({ configPath, variables, policies }: GraphPlace) {
  const config = loadSupergraphConfig(configPath, { variables })
  return { config, policies: { ...(await loadPolicies(configPath, config)), ...policies } }
}

/** The text of `supergraph.graphql` beside the YAML; without it, composed from the subgraphs' SDL files. */
async function readSupergraphSdl(
  configPath: string,
  config: SupergraphConfig,
  policies: CustomPolicies,
): Promise<string> {
  const folder = dirname(configPath)
  const composed = join(folder, 'supergraph.graphql')
  if (existsSync(composed)) return readFileSync(composed, 'utf8')
  const subgraphs = config.subgraphs.map((subgraph) => ({
    config: subgraph,
    sdl: readFileSync(join(folder, subgraph.schemaFile), 'utf8'),
  }))
  // Large, and needed by those alone who did not compose before.
  const { composeSupergraph } = await import('./compose.ts')
  return composeSupergraph(subgraphs, { policies })
}
