// What a field or type demands, as data: read from SDL, merged, compiled elsewhere.
import { LIVE_POLICY } from './policies.ts'

/**
 * What a field or type demands. All parts must hold; `public` demands nothing and takes nothing away
 * from parts beside it. A rule that says nothing at all denies.
 */
export interface AccessRule {
  /** `@public` */
  readonly public: boolean
  /** `@public(staleCredentials: true)` */
  readonly staleCredentials: boolean
  /** `@authenticated` */
  readonly authenticated: boolean
  /** `@requiresScopes`: every declaration, of which one alternative, of which all scopes. */
  readonly scopes: readonly (readonly (readonly string[])[])[]
  /** `@policy`: every declaration, of which one alternative, of which all policies. */
  readonly policies: readonly (readonly (readonly string[])[])[]
}

/** A rule that demands nothing by itself: the start of a merge, and denied when it stays so. */
export const emptyRule: AccessRule = Object.freeze({
  public: false,
  staleCredentials: false,
  authenticated: false,
  scopes: Object.freeze([]),
  policies: Object.freeze([]),
})

/** One rule that demands what all of them do. It is public only when every one of them is. */
export function mergeRules(rules: readonly AccessRule[]): AccessRule {
  if (rules.length === 0) return emptyRule
  const isPublic = rules.every((rule) => rule.public)
  return {
    public: isPublic,
    staleCredentials: isPublic && rules.some((rule) => rule.staleCredentials),
    authenticated: rules.some((rule) => rule.authenticated),
    scopes: rules.flatMap((rule) => rule.scopes),
    policies: rules.flatMap((rule) => rule.policies),
  }
}

/** Whether the gateway must replace the principal by auth's present answer before asking. */
export function usesLive(rule: AccessRule): boolean {
  return rule.policies.flat(2).includes(LIVE_POLICY)
}

/** Whether the rule lets everybody pass: `@public` with nothing beside it. */
export function isPublicOnly(rule: AccessRule): boolean {
  return rule.public && !rule.authenticated && rule.scopes.length + rule.policies.length === 0
}
