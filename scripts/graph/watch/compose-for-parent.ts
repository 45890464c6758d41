// What the process that composes does, and says.
import { composeFromConfig } from '../../../gateway/supergraph/compose-from-config.ts'
import { SupergraphConfigError } from '../../../gateway/supergraph/config.ts'
import { loadPolicies } from '../../../gateway/supergraph/policies.ts'
import { SchemaError } from '../../../gateway/supergraph/schema-error.ts'
import { readConfigToCompose } from '../composed-files.ts'
import { identityForSubgraphs } from '../identity-for-subgraphs.ts'

export interface ComposedApart {
  readonly sdl: string
  readonly authSdl: string
  readonly opened: readonly string[]
  readonly denied: readonly string[]
}

export type ComposeAnswer = ComposedApart | { readonly problems: readonly string[] }

/** Whatever `access: public` opens is accepted: somebody looks on. */
export async function composeForParent(configPath: string): Promise<ComposeAnswer> {
  try {
    const config = readConfigToCompose(configPath)
    const policies = await loadPolicies(configPath, config)
    const identityFor = await identityForSubgraphs()
    const options = { config, policies, identityFor, acceptsAll: true }
    const { sdl, authSdl, opened, denied } = await composeFromConfig(configPath, options)
    return { sdl, authSdl, opened, denied }
  } catch (error) {
    return { problems: problemsOf(error) }
  }
}

/** One for each thing that is wrong, with its place. */
export function problemsOf(error: unknown): readonly string[] {
  if (error instanceof SchemaError || error instanceof SupergraphConfigError) return error.problems
  return [error instanceof Error ? error.message : String(error)]
}
