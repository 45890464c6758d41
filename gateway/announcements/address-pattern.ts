// Where a subgraph that announces itself may be: an address in supergraph.yaml in which `*` stands for a part of the host's name, or
// for a part of its network address: `http://orders-*.internal:4001/graphql`, `http://10.0.*.*:4001/graphql`.
import { isIPv4 } from 'node:net'

const PATTERN = /^(https?):\/\/([A-Za-z0-9*.-]+|\[[0-9a-fA-F:]+\])(:\d{1,5})?(\/[\w./-]*)?$/

export function isAddressPattern(text: string): boolean {
  return PATTERN.test(text) && !text.includes('**')
}

/** The path, which all addresses have. */
export function pathOfPattern(pattern: string): string {
  return PATTERN.exec(pattern)?.[4] ?? '/'
}

/** Whether an address is one that the file allows, spelled as URLs are, without credentials, query and fragment. */
export function matchesPattern(address: string, pattern: string): boolean {
  if (!URL.canParse(address)) return false
  const url = new URL(address)
  if (url.href !== address || url.username !== '' || url.password !== '') return false
  if (url.search !== '' || url.hash !== '') return false
  const [, scheme = '', host = '', port = '', path = '/'] = PATTERN.exec(pattern) ?? []
  if (`${scheme}:` !== url.protocol || path !== url.pathname) return false
  const wanted = port.slice(1)
  const usual = scheme === 'https' ? '443' : '80'
  if ((wanted === usual ? '' : wanted) !== url.port) return false
  // `10.0.*.*` means network addresses: `10.0.evil.example` is a name that anybody can have.
  if (/^[\d*]*\.[\d.*]*$/.test(host) && !isIPv4(url.hostname)) return false
  const parts = host.toLowerCase().split('.')
  const found = url.hostname.toLowerCase().split('.')
  return parts.length === found.length && parts.every((part, at) => isPart(part, found[at] ?? ''))
}

/** `*` is at least one letter, digit or hyphen, and never a dot: what is before and after it stands in its place. */
function isPart(pattern: string, part: string): boolean {
  const star = pattern.indexOf('*')
  if (star < 0) return pattern === part
  const [before, after] = [pattern.slice(0, star), pattern.slice(star + 1)]
  if (after.includes('*') || part.length <= before.length + after.length) return false
  const between = part.slice(before.length, part.length - after.length)
  return part.startsWith(before) && part.endsWith(after) && /^[a-z0-9-]+$/.test(between)
}
