// A rule as people read it: its directives as SDL writes them.
import type { AccessRule } from '@sallyport/claims/predicates'

/** `none` where it demands nothing and says nothing. */
export function describeRule(rule: AccessRule): string {
  const parts = [
    ...(rule.public ? ['@public'] : []),
    ...(rule.authenticated ? ['@authenticated'] : []),
    ...rule.scopes.map((scopes) => `@requiresScopes(scopes: ${inWords(scopes)})`),
    ...rule.policies.map((policies) => `@policy(policies: ${inWords(policies)})`),
  ]
  return parts.length === 0 ? 'none' : [...new Set(parts)].join(' ')
}

function inWords(alternatives: readonly (readonly string[])[]): string {
  return JSON.stringify(alternatives).replaceAll(',', ', ')
}
