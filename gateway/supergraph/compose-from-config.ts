// From a supergraph.yaml to the composed graph: every SDL from where it is, the rules of the file, the access lock beside it.
import { readAccessLock } from './access-lock.ts'
import { type Composed, type ComposeOptions, composeGraph } from './compose.ts'
import { AUTH_SUBGRAPH, type SupergraphConfig } from './config.ts'
import type { CustomPolicies } from './policies.ts'
import { type ReadSourcesOptions, readSources, type SubgraphSource } from './sources.ts'

export interface ComposeFromConfig extends ReadSourcesOptions {
  readonly config: SupergraphConfig
  readonly policies: CustomPolicies
  /** Accepts whatever `access: public` would open, as `compose` and `dev` do. Default: what the lock has. */
  readonly acceptsAll?: boolean
  /** See `ComposeOptions`. */
  readonly explicit?: ComposeOptions['explicit']
}

export interface ComposedFromConfig extends Composed {
  readonly sources: readonly SubgraphSource[]
  readonly authSdl: string
}

/** @throws SchemaError that names every problem, with its place */
export async function composeFromConfig(
  configPath: string,
  options: ComposeFromConfig,
): Promise<ComposedFromConfig> {
  const { config, policies, explicit, acceptsAll = false } = options
  const sources = await readSources(configPath, config, options)
  const composed = composeGraph(sources, {
    policies,
    rules: config.rules,
    placeOfRule: config.placeOfRule,
    authNames: config.authNames,
    accepted: acceptsAll ? 'all' : readAccessLock(configPath),
    ...(explicit === undefined ? {} : { explicit }),
  })
  const auth = sources.find((source) => source.config.name === AUTH_SUBGRAPH)
  return { ...composed, sources, authSdl: auth?.sdl ?? '' }
}
