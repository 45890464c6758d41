// Addresses that a key may be used from: single addresses or CIDR ranges, IPv4 and IPv6.

import { createNetworkMatcher, isNetwork } from '@sallyport/claims/networks'
import { badInput } from '../core/errors.ts'

export const MAX_ADDRESSES = 50

/** @throws AuthError BAD_USER_INPUT that names the entry which is not one */
export function requireAddresses(entries: readonly string[]): void {
  entries.forEach((entry, index) => {
    if (isNetwork(entry)) return
    throw badInput(
      `input.allowedIps.${index}`,
      `"${entry.slice(0, 64)}" is neither an address nor a CIDR range.`,
    )
  })
}

/** null allows every address; an unknown address is allowed by no list. */
export function isAddressAllowed(
  allowed: readonly string[] | null,
  address: string | null,
): boolean {
  return allowed === null || createNetworkMatcher(allowed)(address)
}
