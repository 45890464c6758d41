// A rule as the gateway enforces it, and which rules a subgraph may declare.
import {
  type AccessRule,
  compileRule,
  type PolicyRegistry,
  type Predicate,
} from '@sallyport/claims/predicates'
import type { InterfaceTypeDefinitionNode } from 'graphql'
import { AUTH_SUBGRAPH, type SubgraphConfig } from './config.ts'
import { RULES } from './default-rules.ts'

/** A rule with its compiled form and the subgraphs it comes from. */
export interface Guard {
  readonly rule: AccessRule
  readonly predicate: Predicate
  /** Until when (ms since the epoch) it is logged and not enforced; `null`: always enforced. */
  readonly dryRunUntil: number | null
  readonly owners: readonly string[]
}

export interface ParentType {
  readonly coordinate: string
  readonly owners: readonly string[]
  readonly interfaces: readonly InterfaceTypeDefinitionNode[]
  readonly mustHaveRule: boolean
  readonly isRoot: boolean
  readonly isKey: boolean
}

export function createGuard(
  rule: AccessRule,
  owners: readonly SubgraphConfig[],
  policies: PolicyRegistry,
): Guard {
  const ends = owners.map((owner) => owner.dryRunUntil)
  const isDryRun = ends.length > 0 && ends.every((end) => end !== null)
  return Object.freeze({
    rule,
    predicate: compileRule(rule, policies),
    dryRunUntil: isDryRun ? Math.min(...ends.map((end) => end ?? 0)) : null,
    owners: owners.map((owner) => owner.name),
  })
}

/** The strictest `access` of the subgraphs that resolve a field; of a key the loosest, since each answers it by itself. */
export function defaultRule({ configs, isKey, coordinate }: OwnedField): AccessRule {
  const found = configs.map(({ access }) => access)
  const strictestFirst = ['deny', 'authenticated', 'public'] as const
  const order = isKey ? [...strictestFirst].reverse() : strictestFirst
  const access = order.find((one) => found.includes(one)) ?? 'deny'
  // What `access: public` opens is what somebody reads; what somebody changes has a rule of its own.
  const isOpenWrite = access === 'public' && coordinate.startsWith('Mutation.')
  return RULES[isOpenWrite ? 'deny' : access]
}

type OwnedField = ParentType & { readonly configs: readonly SubgraphConfig[] }

export function refuseForeignRule(rule: AccessRule, field: OwnedField): void {
  const owners = field.configs
  if (rule.public && !owners.some((owner) => owner.mayDeclarePublic)) {
    throw new Error(`${field.coordinate}: @public, but no subgraph of it has mayDeclarePublic`)
  }
  if (!rule.staleCredentials || isMutationOfAuth(field)) return
  throw new Error(`${field.coordinate}: staleCredentials is for mutations of auth alone`)
}

export function isMutationOfAuth({ configs, coordinate }: OwnedField): boolean {
  const isSealed = configs.length === 1 && configs[0]?.name === AUTH_SUBGRAPH
  return isSealed && coordinate.startsWith('Mutation.')
}
