// Where the graph may be used from: the settings' lists and those of admins, which come with the revocation feed.
import { createNetworkMatcher } from '@sallyport/claims/networks'

export interface AddressRule {
  readonly action: 'ALLOW' | 'DENY'
  readonly appliesTo: 'EVERYBODY' | 'ADMINS'
  readonly network: string
}

export interface AddressRules {
  admitsEverybody(address: string): boolean
  /** Asked of admins beside the other. */
  admitsAdmin(address: string): boolean
  /** Replaces those of admins; the settings' stay. */
  replace(rules: readonly AddressRule[]): void
}

export interface AddressLists {
  readonly allow: readonly string[]
  readonly deny: readonly string[]
  readonly adminAllow: readonly string[]
}

type Admits = (address: string) => boolean

export function createAddressRules(lists: AddressLists): AddressRules {
  const settings: readonly AddressRule[] = [
    ...lists.allow.map(
      (network) => ({ action: 'ALLOW', appliesTo: 'EVERYBODY', network }) as const,
    ),
    ...lists.deny.map((network) => ({ action: 'DENY', appliesTo: 'EVERYBODY', network }) as const),
    ...lists.adminAllow.map(
      (network) => ({ action: 'ALLOW', appliesTo: 'ADMINS', network }) as const,
    ),
  ]
  let admitsEverybody = compile(settings, 'EVERYBODY')
  let admitsAdmin = compile(settings, 'ADMINS')

  return {
    admitsEverybody: (address) => admitsEverybody(address),
    admitsAdmin: (address) => admitsAdmin(address),
    replace(rules) {
      const all = [...settings, ...rules]
      admitsEverybody = compile(all, 'EVERYBODY')
      admitsAdmin = compile(all, 'ADMINS')
    },
  }
}

/** Denied is denied; where something is allowed, everything else is not. */
function compile(all: readonly AddressRule[], appliesTo: AddressRule['appliesTo']): Admits {
  const rules = all.filter((rule) => rule.appliesTo === appliesTo)
  if (rules.length === 0) return () => true
  const networks = (action: AddressRule['action']) =>
    rules.filter((rule) => rule.action === action).map(({ network }) => network)
  const isDenied = createNetworkMatcher(networks('DENY'))
  const isAllowed =
    networks('ALLOW').length === 0 ? () => true : createNetworkMatcher(networks('ALLOW'))
  return (address) => !isDenied(address) && isAllowed(address)
}
