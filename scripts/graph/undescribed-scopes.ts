// Scopes that rules ask for and `scopes:` in supergraph.yaml has no words for: who is asked whether an app may is shown bare names.
import { parse } from 'graphql'
import { readAccess } from '../../gateway/supergraph/access.ts'
import type { SupergraphConfig } from '../../gateway/supergraph/config.ts'
import type { CustomPolicies } from '../../gateway/supergraph/policies.ts'

/** @returns a sentence for each, with the first place that asks for it */
export function undescribedScopes(
  sdl: string,
  { config, policies }: { readonly config: SupergraphConfig; readonly policies: CustomPolicies },
): readonly string[] {
  const places = new Map<string, string>()
  for (const [type, { guard, fields }] of readAccess(parse(sdl), { ...config, policies })) {
    const guards = [[type, guard] as const].concat(
      [...fields].map(([name, field]) => [`${type}.${name}`, field.guard] as const),
    )
    for (const [coordinate, found] of guards) {
      for (const scope of found?.rule.scopes.flat(2) ?? []) {
        if (!places.has(scope)) places.set(scope, coordinate)
      }
    }
  }
  return [...places]
    .filter(([scope]) => !config.scopes.has(scope))
    .map(
      ([scope, coordinate]) =>
        `${coordinate} asks for the scope "${scope}", which nobody described: say below "scopes:" in supergraph.yaml what it lets an app do`,
    )
}
