// Addresses that a key may be used from: single addresses or CIDR ranges, IPv4 and IPv6.
import { BlockList, isIP } from 'node:net'
import { badInput } from '../errors.ts'

export const MAX_ADDRESSES = 50

/** @throws AuthError BAD_USER_INPUT that names the entry which is none */
export function requireAddresses(entries: readonly string[]): void {
  entries.forEach((entry, index) => {
    if (parse(entry) === null) {
      throw badInput(
        `input.allowedIps.${index}`,
        `"${entry.slice(0, 64)}" is neither an address nor a CIDR range.`,
      )
    }
  })
}

/** null allows every address; an unknown address is allowed by no list. */
export function isAddressAllowed(
  allowed: readonly string[] | null,
  address: string | null,
): boolean {
  if (allowed === null) return true
  const plain = (address ?? '').replace(/^::ffff:(?=\d+\.)/i, '')
  const family = isIP(plain)
  if (family === 0) return false
  const list = new BlockList()
  for (const entry of allowed) {
    const range = parse(entry)
    if (range !== null) list.addSubnet(range.address, range.prefix, range.family)
  }
  return list.check(plain, family === 6 ? 'ipv6' : 'ipv4')
}

function parse(entry: string): { address: string; prefix: number; family: 'ipv4' | 'ipv6' } | null {
  const [address = '', prefixText, ...more] = entry.split('/')
  const version = isIP(address)
  if (version === 0 || more.length > 0 || address.includes('%')) return null
  const bits = version === 6 ? 128 : 32
  if (prefixText !== undefined && !/^\d{1,3}$/.test(prefixText)) return null
  const prefix = prefixText === undefined ? bits : Number(prefixText)
  return prefix > bits ? null : { address, prefix, family: version === 6 ? 'ipv6' : 'ipv4' }
}
