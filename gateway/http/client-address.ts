// Who is calling, and over what: forwarding headers count only when the peer is a listed proxy.
import type { IncomingMessage } from 'node:http'
import type { TLSSocket } from 'node:tls'
import { canonicalAddress, createNetworkMatcher } from '@sallyport/claims/networks'
import { createBoundedCache } from '../bounded-cache.ts'

export interface Caller {
  readonly address: string
  readonly isSecure: boolean
  /** The peer is one of ours, so its request id may be kept. */
  readonly isBehindProxy: boolean
  /** The peer sent forwarding headers, and is not one of ours: it may be a proxy that was forgotten. */
  readonly isForwardingIgnored: boolean
}

export type IdentifyCaller = (incoming: IncomingMessage) => Caller

/** Reads address and scheme of a request, believing nobody but `trustedProxies` (addresses or CIDR ranges). */
export function createCallerReader(trustedProxies: readonly string[]): IdentifyCaller {
  const isTrusted = remembered(createNetworkMatcher(trustedProxies))
  const peerOf = remembered(peerAddress)
  return function identifyCaller(incoming) {
    const peer = peerOf(incoming.socket.remoteAddress ?? '')
    const isEncrypted = (incoming.socket as Partial<TLSSocket>).encrypted === true
    if (!isTrusted(peer)) {
      const isForwardingIgnored = sendsForwarding(incoming)
      return { address: peer, isSecure: isEncrypted, isBehindProxy: false, isForwardingIgnored }
    }
    const scheme = lastOf(headerText(incoming, 'x-forwarded-proto'))
    return {
      address: rightmostUntrusted(headerText(incoming, 'x-forwarded-for'), peer, isTrusted),
      isSecure: isEncrypted || scheme.toLowerCase() === 'https',
      isBehindProxy: true,
      isForwardingIgnored: false,
    }
  }
}

// The same few addresses come again and again, and a block list takes a while for each.
function remembered<T extends string | boolean>(find: (address: string) => T) {
  const known = createBoundedCache<T>({ maxEntries: 4096 })
  return (address: string): T => {
    const before = known.get(address)
    if (before !== undefined) return before
    const found = find(address)
    known.set(address, found)
    return found
  }
}

function sendsForwarding({ headers }: IncomingMessage): boolean {
  return headers['x-forwarded-for'] !== undefined || headers.forwarded !== undefined
}

/** The kernel names the zone of a link-local peer; rules and counters know addresses. */
function peerAddress(address: string): string {
  return canonicalAddress(address.split('%', 1)[0] ?? '') ?? ''
}

// Each proxy appends the peer it saw, so only what listed proxies wrote counts: read from the right,
// and stop at the first address that is not theirs. Everything left of it was sent by the client.
function rightmostUntrusted(
  header: string,
  peer: string,
  isTrusted: (address: string) => boolean,
): string {
  let address = peer
  for (const hop of header.split(',').reverse()) {
    const candidate = canonicalAddress(withoutPort(hop.trim()))
    if (candidate === null) return address
    address = candidate
    if (!isTrusted(candidate)) return address
  }
  return address
}

/** `192.0.2.1:443`, `[2001:db8::1]` and `[2001:db8::1]:443`, as proxies write them. */
function withoutPort(hop: string): string {
  const bracketed = /^\[([^[\]]+)\](?::\d{1,5})?$/.exec(hop)?.[1]
  // Brackets are for IPv6 alone.
  if (bracketed?.includes(':')) return bracketed
  return /^[\d.]+:\d{1,5}$/.test(hop) ? hop.slice(0, hop.indexOf(':')) : hop
}

function headerText(incoming: IncomingMessage, name: string): string {
  const value = incoming.headers[name]
  return Array.isArray(value) ? value.join(',') : (value ?? '')
}

function lastOf(list: string): string {
  return list.slice(list.lastIndexOf(',') + 1).trim()
}
