// A rule as a question to the context of a request, answered at once and without promises.
import type { GraphQLError } from 'graphql'
import { type AccessRule, isPublicOnly } from './access-rule.ts'
import type { Claims } from './claims.ts'
import { denialError, unauthenticated } from './denials.ts'
import { createPolicies, type PolicyRegistry } from './policies.ts'
import {
  compileRule,
  type Predicate,
  refuseAppThatMayNotWrite,
  strictestDenial,
} from './predicates.ts'

/** Decides from the context alone: `null` lets pass. */
export type Check = (context: unknown) => GraphQLError | null

export interface CheckOptions {
  /** Default: the built-in policies. */
  policies?: PolicyRegistry
  /** Where the context keeps the claims. Default `context.claims`. */
  claimsOf?: (context: never) => Claims | undefined
  /** The time in milliseconds. Default `Date.now`. */
  now?: () => number
}

/** `null` compiles to: any verified identity. */
export type Compile = (rule: AccessRule | null, kind?: 'query' | 'mutation') => Check

/** Compiles rules to checks that share what they know of the request at hand. */
export function createCompiler(options: CheckOptions): Compile {
  const { policies = createPolicies() } = options
  const askedBy = rememberLast(options)

  return (rule, kind = 'query') => {
    const predicate = compilePredicate(rule, kind)
    let allowed: Asked | undefined
    return (context) => {
      const asked = askedBy(context)
      if (asked === allowed) return null
      if (!asked.claims) return unauthenticated()
      const denial = predicate(asked.claims, asked.nowSeconds)
      if (denial) return denialError(denial)
      allowed = asked
      return null
    }
  }

  function compilePredicate(rule: AccessRule | null, kind: 'query' | 'mutation'): Predicate {
    if (rule === null) return () => null
    const holds = compileRule(rule, policies)
    if (kind === 'query' || isPublicOnly(rule)) return holds
    return (claims, now) =>
      strictestDenial([holds(claims, now), refuseAppThatMayNotWrite(claims, now)])
  }
}

/** One caller in one request: a rule that let them pass need not be asked again for the next field. */
interface Asked {
  readonly context: unknown
  readonly claims: Claims | undefined
  readonly nowSeconds: number
}

/** Keeps the answer while the same caller in the same request is asked about, as in the fields of a list. */
function rememberLast({ claimsOf = defaultClaimsOf, now = Date.now }: CheckOptions) {
  const read = claimsOf as (context: unknown) => Claims | undefined
  let asked: Asked | undefined
  return (context: unknown): Asked => {
    const claims = read(context)
    if (asked && asked.context === context && asked.claims === claims) return asked
    asked = { context, claims, nowSeconds: Math.floor(now() / 1000) }
    return asked
  }
}

/** `context.claims` */
export function defaultClaimsOf(
  context: { claims?: Claims } | null | undefined,
): Claims | undefined {
  return context?.claims
}
