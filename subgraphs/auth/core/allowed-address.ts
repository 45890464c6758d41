// Where auth may connect to at somebody's word, as a webhook or a provider: addresses of the public internet, and private networks that a setting names. Without this a
// name could be pointed at a cloud's metadata or at what listens here, after the settings were read (DNS rebinding).
import { lookup as lookUp } from 'node:dns'
import { isIP, type LookupFunction } from 'node:net'
import { createNetworkMatcher } from '@sallyport/claims/networks'

/** IANA's special-purpose addresses (RFC 6890 and its registry), multicast, and what is reserved. */
const SPECIAL_IPV4 =
  '0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24 192.88.99.0/24 192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4'
/** Of IPv6 only global unicast is public; within it, what carries or hides IPv4, and what is for documents. */
const GLOBAL_IPV6 = ['2000::/3']
const SPECIAL_IPV6 = '2001::/23 2001:db8::/32 2002::/16 3fff::/20'

/** @param allow networks that are let in though they are private */
export function createAddressCheck(allow: readonly string[]): (address: string) => boolean {
  const isAllowed = createNetworkMatcher(allow)
  const isSpecial = createNetworkMatcher(`${SPECIAL_IPV4} ${SPECIAL_IPV6}`.split(' '))
  const isGlobal = createNetworkMatcher(GLOBAL_IPV6)
  return (address) => {
    if (isAllowed(address)) return true
    if (isSpecial(address)) return false
    return isIP(address) === 4 || isGlobal(address)
  }
}

/** As `node:net` wants it: without brackets. */
export function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[|\]$/g, '')
}

/**
 * Looks names up for one connection, and hands on only what may be connected to: nothing is looked up a second time.
 *
 * @param setting that lists private networks, for whoever has to change it; null: none does
 */
export function createLookup(
  isAllowed: (address: string) => boolean,
  setting: string | null,
): LookupFunction {
  return (hostname, options, callback) => {
    lookUp(hostname, { ...options, all: true }, (error, addresses) => {
      if (error !== null) return callback(error, [])
      const allowed = addresses.filter(({ address }) => isAllowed(address))
      const [first] = allowed
      if (first === undefined) return callback(new PrivateAddressError(hostname, setting), [])
      if (options.all) return callback(null, allowed)
      callback(null, first.address, first.family)
    })
  }
}

export class PrivateAddressError extends Error {
  constructor(host: string, setting: string | null) {
    const unlisted = setting === null ? '' : `, and ${setting} does not list the one it has`
    super(`${host} has no public network address${unlisted}`)
  }
}
