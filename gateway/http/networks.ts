// Addresses and CIDR ranges, as settings, API keys and address rules name them: read as auth reads them.
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

/** Matches addresses against a list of addresses and CIDR ranges; what is none matches nothing, as an empty list does. */
export function createAddressMatcher(ranges: readonly string[]): (address: string) => boolean {
  if (ranges.length === 0) return () => false
  const list = new BlockList()
  for (const network of ranges.map(parseNetwork)) {
    if (network !== null) list.addSubnet(network.address, network.prefix, network.family)
  }
  return (address) => {
    const version = isIP(address)
    return version !== 0 && list.check(address, version === 6 ? 'ipv6' : 'ipv4')
  }
}

/** `::ffff:192.0.2.1` and `192.0.2.1` are one address, and their ranges the same with 96 bits less. */
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

/** Node's own parser settles every spelling. */
function mappedAddress(address: string): string | null {
  const canonical = new SocketAddress({ address, family: 'ipv6' }).address
  return /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(canonical)?.[1] ?? null
}

/** Whether a host, as settings and URLs name it, is this machine. */
export function isLoopback(host: string): boolean {
  return (
    host === 'localhost' || host === '::1' || host === '[::1]' || /^127(\.\d{1,3}){3}$/.test(host)
  )
}
