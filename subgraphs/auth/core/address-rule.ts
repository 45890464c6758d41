// A rule about where the graph may be used from. Denied is denied; where something is allowed, everything else is not.

import { createNetworkMatcher } from '@sallyport/claims/networks'
import { Model } from 'objection'
import type { AuthConfig } from '../config.ts'
import type { AddressRuleAction, AddressRuleScope } from '../generated.ts'

export const MAX_RULES = 500

export interface Rule {
  readonly action: AddressRuleAction
  readonly applies_to: AddressRuleScope
  readonly network: string
}

export class AddressRule extends Model implements Rule {
  static override readonly tableName = 'address_rules'

  declare id: string
  declare action: Rule['action']
  declare applies_to: Rule['applies_to']
  /** An address or a CIDR range. */
  declare network: string
  declare note: string | null
  declare created_by: string | null
  declare created_at: Date
}

/** Whether these rules let an admin in from this address: those for everybody and those for admins must both. */
export function admitsAdmin(rules: readonly Rule[], address: string | null): boolean {
  return (['EVERYBODY', 'ADMINS'] as const).every((group) => {
    const matches = (action: Rule['action']) => {
      const chosen = rules.filter((rule) => rule.applies_to === group && rule.action === action)
      return { any: chosen.length > 0, hit: createNetworkMatcher(chosen.map(networkOf))(address) }
    }
    const allowed = matches('ALLOW')
    return !matches('DENY').hit && (!allowed.any || allowed.hit)
  })
}

function networkOf({ network }: Rule): string {
  return network
}

/** The gateways' own lists, which count beside the rules that admins make. */
export function rulesOfSettings({ addressRules }: AuthConfig): Rule[] {
  return [
    ...addressRules.allow.map((network) => rule('ALLOW', 'EVERYBODY', network)),
    ...addressRules.deny.map((network) => rule('DENY', 'EVERYBODY', network)),
    ...addressRules.adminAllow.map((network) => rule('ALLOW', 'ADMINS', network)),
  ]
}

function rule(action: Rule['action'], applies_to: Rule['applies_to'], network: string): Rule {
  return { action, applies_to, network }
}
