// The network that a client is counted by: an IPv4 address, or the /64 that one IPv6 subscriber has to choose from.
import { isIP } from 'node:net'
import { ipv6Groups, mappedAddress } from '@sallyport/claims/networks'

/** Requests whose address nobody told count together. */
const UNKNOWN = 'unknown'

/** `::ffff:192.0.2.1` is 192.0.2.1; IPv6 is cut to its /64, in one spelling. */
export function networkOf(address: string | null): string {
  const bare = (address ?? '').split('%')[0] ?? ''
  const version = isIP(bare)
  if (version === 0) return UNKNOWN
  if (version === 4) return bare
  const mapped = mappedAddress(bare)
  if (mapped !== null) return mapped
  return `${ipv6Groups(bare)
    .slice(0, 4)
    .map((group) => group.toString(16))
    .join(':')}::/64`
}
