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
  const turnOf = turns(options)

  return (rule, kind = 'query') => {
    const predicate = compilePredicate(rule, kind)
    let allowed: Turn | undefined
    return (context) => {
      const turn = turnOf(context)
      if (turn === allowed) return null
      if (!turn.claims) return unauthenticated()
      const denial = predicate(turn.claims, turn.nowSeconds)
      if (denial) return denialError(denial)
      allowed = turn
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
interface Turn {
  readonly context: unknown
  readonly claims: Claims | undefined
  readonly nowSeconds: number
}

/** Keeps the turn while the same caller in the same request is asked about, as in the fields of a list. */
function turns({ claimsOf = defaultClaimsOf, now = Date.now }: CheckOptions) {
  const read = claimsOf as (context: unknown) => Claims | undefined
  let turn: Turn | undefined
  return (context: unknown): Turn => {
    const claims = read(context)
    if (turn && turn.context === context && turn.claims === claims) return turn
    turn = { context, claims, nowSeconds: Math.floor(now() / 1000) }
    return turn
  }
}

/** `context.claims` */
export function defaultClaimsOf(
  context: { claims?: Claims } | null | undefined,
): Claims | undefined {
  return context?.claims
}
