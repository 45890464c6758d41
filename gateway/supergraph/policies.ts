// A deployment's own policies for `@policy`: a module beside supergraph.yaml, loaded by the gateway and by the schema check.
import { dirname, resolve } from 'node:path'
import { type CustomPolicy, createPolicies } from '@sallyport/claims/predicates'
import { importModule } from '../../platform/import-module.ts'
import { type SupergraphConfig, SupergraphConfigError } from './config.ts'

export type CustomPolicies = Readonly<Record<string, CustomPolicy>>

/**
 * The default export of the module that the YAML names under `policies.module`: a record from name to policy.
 *
 * @param configPath Path of the YAML, which the module's path is relative to.
 * @throws SupergraphConfigError when it cannot be loaded, is no such record, or replaces a policy that is built in.
 */
export async function loadPolicies(
  configPath: string,
  { policiesModule }: Pick<SupergraphConfig, 'policiesModule'>,
): Promise<CustomPolicies> {
  if (policiesModule === null) return {}
  const path = resolve(dirname(configPath), policiesModule)
  const { default: policies } = await importModule(path).catch((error: Error) => {
    throw new SupergraphConfigError(configPath, [`policies.module: ${error.message}`])
  })
  if (!isPolicies(policies)) {
    const problem = `policies.module: ${path} has no default export from names to functions, or to { kinds, holds }`
    throw new SupergraphConfigError(configPath, [problem])
  }
  try {
    createPolicies(policies)
  } catch (error) {
    const problem = `policies.module: ${(error as Error).message}`
    throw new SupergraphConfigError(configPath, [problem])
  }
  return policies
}

function isPolicies(value: unknown): value is CustomPolicies {
  if (typeof value !== 'object' || value === null) return false
  return Object.values(value).every(
    (policy) => typeof policy === 'function' || isPolicyForKinds(policy),
  )
}

function isPolicyForKinds(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  const { kinds, holds } = value as { kinds?: unknown; holds?: unknown }
  return Array.isArray(kinds) && typeof holds === 'function'
}
