// Addresses and CIDR ranges (RFC 4632, RFC 4291), as settings, API keys and address rules name them: gateway and auth read them alike.
import { BlockList, isIP, SocketAddress } from 'node:net'

interface Network {
  readonly address: string
  readonly prefix: number
  readonly family: 'ipv4' | 'ipv6'
}

/** Whether a text is an address or a CIDR range. */
export function isNetwork(text: string): boolean {
  return parseNetwork(text) !== null
}

/**
 * Matches addresses against a list of addresses and CIDR ranges. `::ffff:192.0.2.1` is 192.0.2.1 on
 * either side. What is not an address matches nothing, nor does anything match an entry that is not a network.
 */
export function createNetworkMatcher(
  networks: readonly string[],
): (address: string | null) => boolean {
  if (networks.length === 0) return () => false
  const list = new BlockList()
  for (const network of networks.map(parseNetwork)) {
    if (network !== null) list.addSubnet(network.address, network.prefix, network.family)
  }
  return (address) => {
    const version = isIP(address ?? '')
    return version !== 0 && list.check(address ?? '', version === 6 ? 'ipv6' : 'ipv4')
  }
}

/** @returns null when the text is neither an address nor a CIDR range. A range of mapped addresses is one of IPv4, 96 bits shorter */
function parseNetwork(text: string): Network | null {
  const [address = '', prefixText, ...more] = text.split('/', 3)
  const version = isIP(address)
  if (version === 0 || more.length > 0 || address.includes('%')) return null
  const bits = version === 6 ? 128 : 32
  if (prefixText !== undefined && !/^\d{1,3}$/.test(prefixText)) return null
  const prefix = prefixText === undefined ? bits : Number(prefixText)
  if (prefix > bits) return null
  if (version === 4) return { address, prefix, family: 'ipv4' }
  const mapped = prefix >= 96 ? mappedAddress(address) : null
  if (mapped === null) return { address, prefix, family: 'ipv6' }
  return { address: mapped, prefix: prefix - 96, family: 'ipv4' }
}

/** The IPv4 address in an IPv6 one such as `::ffff:192.0.2.1` (RFC 4291 2.5.5.2), in whatever spelling; null when there is none. */
export function mappedAddress(address: string): string | null {
  const groups = ipv6Groups(address)
  const isMapped = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff
  if (!isMapped) return null
  return [groups[6], groups[7]].flatMap((group = 0) => [group >> 8, group & 255]).join('.')
}

/**
 * The one spelling of an address: IPv6 as in RFC 5952, and IPv4 for an IPv6 address that IPv4 is mapped to.
 *
 * @returns null for what is not an address, and for one with a zone, which means something on one machine alone.
 */
export function canonicalAddress(text: string): string | null {
  const version = isIP(text)
  if (version === 4) return text
  if (version === 0 || text.includes('%')) return null
  return mappedAddress(text) ?? new SocketAddress({ address: text, family: 'ipv6' }).address
}

/** The eight groups of an IPv6 address without a zone; Node's own parser settles every spelling. */
export function ipv6Groups(address: string): number[] {
  const canonical = new SocketAddress({ address, family: 'ipv6' }).address
  const plain = canonical.replace(/(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/, (_, a, b, c, d) =>
    [(Number(a) << 8) | Number(b), (Number(c) << 8) | Number(d)]
      .map((group) => group.toString(16))
      .join(':'),
  )
  const [head = '', tail = ''] = plain.split('::')
  const left = head === '' ? [] : head.split(':')
  const right = tail === '' ? [] : tail.split(':')
  const zeros = plain.includes('::') ? Array(8 - left.length - right.length).fill('0') : []
  return [...left, ...zeros, ...right].map((group) => Number.parseInt(group, 16))
}

/** Requests whose address nobody told count together. */
const UNKNOWN = 'unknown'

/**
 * What a client is counted by: an IPv4 address, or the /64 that one IPv6 subscriber has to choose from, in one spelling.
 * `::ffff:192.0.2.1` is 192.0.2.1.
 */
export function networkOf(address: string | null): string {
  const bare = (address ?? '').split('%')[0] ?? ''
  const version = isIP(bare)
  if (version === 0) return UNKNOWN
  if (version === 4) return bare
  const mapped = mappedAddress(bare)
  if (mapped !== null) return mapped
  const groups = ipv6Groups(bare).slice(0, 4)
  return `${groups.map((group) => group.toString(16)).join(':')}::/64`
}
