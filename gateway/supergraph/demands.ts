// Whether a rule keeps anybody out.
import type { AccessRule } from '@sallyport/claims/predicates'

/** Whether a rule asks for anything, be it only a signed-in caller. */
export function demandsSomething(rule: AccessRule): boolean {
  return rule.authenticated || rule.scopes.length > 0 || rule.policies.length > 0
}
