// Access rules as pure predicates: one meaning for the gateway's door and the subgraph's.
import { type AccessRule, isPublicOnly } from './access-rule.ts'
import { type Claims, isSignedIn } from './claims.ts'
import { createPolicies, type Policy, type PolicyRegistry } from './policies.ts'
import { principalKindOf, rulesOfKind } from './principal-kinds.ts'

export { type AccessRule, emptyRule, isPublicOnly, mergeRules, usesLive } from './access-rule.ts'
export { challengeOf, denialMessages, type StepUpChallenge } from './denial-words.ts'
export {
  accessDirectives,
  type DirectiveNames,
  directiveNames,
  namesFromLinks,
  ruleFromDirectives,
} from './directives.ts'
export {
  type CustomPolicy,
  createPolicies,
  type Policy,
  type PolicyRegistry,
} from './policies.ts'

/** Why not, and what would help. `missing` is for logs and developers, never a secret. */
export interface Denial {
  readonly code: 'UNAUTHENTICATED' | 'FORBIDDEN' | 'STEP_UP_REQUIRED'
  readonly missing: string
  /** With `STEP_UP_REQUIRED` by `fresh:<seconds>`. */
  readonly maxAgeSeconds?: number
  /** With `STEP_UP_REQUIRED`: what this person can step up with. Absent: their claims do not say. */
  readonly methods?: readonly string[]
}

/** Pure: `null` lets pass. @param nowSeconds Seconds since the epoch. */
export type Predicate = (claims: Claims, nowSeconds: number) => Denial | null

const STRICTNESS = { UNAUTHENTICATED: 3, FORBIDDEN: 2, STEP_UP_REQUIRED: 1 } as const

/**
 * Compiles a rule once, to be asked often. Everything but `public` needs a caller who is signed in;
 * of several denials the strictest is told: UNAUTHENTICATED, then FORBIDDEN, then STEP_UP_REQUIRED.
 * STEP_UP_REQUIRED is told to a person in a session of their own alone. An app without the scope `graph` passes
 * `@requiresScopes`, and nothing else.
 *
 * @param policies Default: the built-in ones.
 * @throws Error when the rule names a policy that the registry does not know.
 */
export function compileRule(
  rule: AccessRule,
  policies: PolicyRegistry = createPolicies(),
): Predicate {
  if (isPublicOnly(rule)) return () => null
  const demands = [
    ...rule.scopes.map(compileScopes),
    ...rule.policies.map((declaration) => compilePolicies(declaration, policies)),
  ]
  if (rule.authenticated || rule.policies.length > 0) demands.push(refuseAppWithoutGraph)
  if (demands.length === 0 && !rule.authenticated) demands.push(() => NO_RULE)

  return (claims, nowSeconds) => {
    if (!isSignedIn(claims)) return NOT_SIGNED_IN
    let strictest: Denial | null = null
    for (const demand of demands) strictest = stricterOf(strictest, demand(claims, nowSeconds))
    return strictest
  }
}

/** Beside the rules of a mutation: an app writes with the scope `graph:write` alone. */
export const refuseAppThatMayNotWrite: Predicate = (claims) =>
  refuseAppWithout('graph:write', claims)

/** The strictest of several answers; of two step-ups the one that asks for the younger proof. */
export function strictestDenial(denials: readonly (Denial | null)[]): Denial | null {
  return denials.reduce(stricterOf, null)
}

const NO_RULE: Denial = Object.freeze({ code: 'FORBIDDEN', missing: 'an access rule' })
const NOT_SIGNED_IN: Denial = Object.freeze({
  code: 'UNAUTHENTICATED',
  missing: 'a signed-in caller',
})

function stricterOf(one: Denial | null, other: Denial | null): Denial | null {
  if (!one || !other) return one ?? other
  const difference = STRICTNESS[one.code] - STRICTNESS[other.code]
  if (difference !== 0) return difference > 0 ? one : other
  return ageOf(other) < ageOf(one) ? other : one
}

const refuseAppWithoutGraph: Predicate = (claims) => refuseAppWithout('graph', claims)

function refuseAppWithout(scope: 'graph' | 'graph:write', claims: Claims): Denial | null {
  if (!rulesOfKind(claims).isApp || claims.scopes.includes(scope)) return null
  return { code: 'FORBIDDEN', missing: `scope ${scope}` }
}

function ageOf({ maxAgeSeconds = Number.POSITIVE_INFINITY }: Denial): number {
  return maxAgeSeconds
}

function compileScopes(alternatives: readonly (readonly string[])[]): Predicate {
  const missing = `scopes ${alternatives.map((scopes) => scopes.join(' ')).join(' | ')}`
  const denial: Denial = Object.freeze({ code: 'FORBIDDEN', missing })
  return ({ scopes }) => {
    const holds = alternatives.some((needed) => needed.every((scope) => scopes.includes(scope)))
    return holds ? null : denial
  }
}

function compilePolicies(
  declaration: readonly (readonly string[])[],
  registry: PolicyRegistry,
): Predicate {
  const alternatives = declaration.map((names) => policiesOf(names, registry))
  const missing = `policies ${declaration.map((names) => names.join(' ')).join(' | ')}`
  const forbidden: Denial = Object.freeze({ code: 'FORBIDDEN', missing })

  return (claims, nowSeconds) => {
    let stepUp: Denial | null = null
    for (const policies of alternatives) {
      if (policies.every((policy) => policy.holds(claims, nowSeconds))) return null
      const failed = policies.filter((policy) => !policy.holds(claims, nowSeconds))
      if (principalKindOf(claims) === 'user' && failed.every((policy) => policy.isStepUp)) {
        stepUp ??= stepUpDenial(failed, claims)
      }
    }
    return stepUp ?? forbidden
  }
}

/** Of one alternative. Beside `mfa` a fresh password is not enough. */
function policiesOf(names: readonly string[], registry: PolicyRegistry): Policy[] {
  const policies = names.map((name) => known(name, registry))
  if (!names.includes('mfa')) return policies
  return policies.map((policy) => policy.besideMfa ?? policy)
}

function stepUpDenial(failed: readonly Policy[], { stepUp }: Claims): Denial {
  const names = failed.map((policy) => policy.name)
  const ages = failed.flatMap((policy) => policy.maxAgeSeconds ?? [])
  const methods = names.includes('mfa') ? stepUp.filter(isFurther) : stepUp
  return {
    code: 'STEP_UP_REQUIRED',
    missing: names.join(' '),
    ...(ages.length > 0 && { maxAgeSeconds: Math.min(...ages) }),
    ...(methods.length > 0 && { methods }),
  }
}

function isFurther(method: string): boolean {
  return method !== 'PASSWORD' && method !== 'EMAIL_CODE'
}

function known(name: string, registry: PolicyRegistry): Policy {
  const policy = registry.find(name)
  if (!policy) throw new Error(`unknown policy "${name}"`)
  return policy
}
