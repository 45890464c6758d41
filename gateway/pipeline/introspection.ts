// Step "introspection": who may read the schema itself. Asked as a rule would be: a kind of caller that rules refuse is refused here.
import { type AccessRule, compileRule, emptyRule } from '@sallyport/claims/predicates'
import type { Introspection } from '../config.ts'
import { GatewayError } from '../errors.ts'
import type { GatewayRequest } from '../request.ts'

export function controlIntrospection(parts: {
  readonly introspection: Introspection
  readonly isProduction: boolean
  readonly now: () => number
}) {
  const { introspection, isProduction } = parts
  const rule = ruleOf(introspection)
  const isOpen = introspection === 'development' && !isProduction
  const denial = rule === null ? null : compileRule(rule)
  return function introspect({ prepared, principal }: GatewayRequest): void {
    if (!prepared.usesIntrospection || isOpen) return
    const nowSeconds = Math.floor(parts.now() / 1000)
    if (denial !== null && denial(principal.claims, nowSeconds) === null) return
    throw new GatewayError('GRAPHQL_VALIDATION_FAILED', { message: 'Introspection is off.' })
  }
}

/** Null: nobody, or in development everybody. */
function ruleOf(introspection: Introspection): AccessRule | null {
  if (introspection === 'authenticated') return { ...emptyRule, authenticated: true }
  if (introspection.startsWith('role:')) return { ...emptyRule, policies: [[[introspection]]] }
  return null
}
