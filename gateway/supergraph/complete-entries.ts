// What an entry of supergraph.yaml may leave out, as it is known: auth's, the gateway's own, and where one is that announces itself.
import { pathOfPattern } from '../announcements/address-pattern.ts'
import { AUTH_SUBGRAPH, GATEWAY_SUBGRAPH } from './config.ts'

/** Before anything is checked: the file as it was written. */
export function completeEntries(file: unknown): unknown {
  return withAnnounced(withAuth(withOwn(file)))
}

/** Auth is always there: what its entry does not say is known. */
function withAuth(value: unknown): unknown {
  if (!isRecord(value) || !isRecord(value.subgraphs)) return value
  const entry = value.subgraphs[AUTH_SUBGRAPH] ?? {}
  if (!isRecord(entry)) return value
  const known = { routing_url: `\${AUTH_URL}`, mayDeclarePublic: true, ...entry }
  return { ...value, subgraphs: { ...value.subgraphs, [AUTH_SUBGRAPH]: known } }
}

const OWN = { routing_url: 'http://gateway.invalid/graphql' }

/** The gateway itself has no address: `gateway: {}`, or another name where a subgraph is called so: `graph: { of: gateway }`. */
function withOwn(value: unknown): unknown {
  if (!isRecord(value) || !isRecord(value.subgraphs)) return value
  const entries = Object.entries(value.subgraphs).map(([name, entry]) =>
    isRecord(entry) && isOwnEntry(name, entry)
      ? [name, { ...OWN, of: GATEWAY_SUBGRAPH, ...entry }]
      : [name, entry],
  )
  return { ...value, subgraphs: Object.fromEntries(entries) }
}

export function isOwnEntry(name: string, entry: Record<string, unknown>): boolean {
  return 'of' in entry || (name === GATEWAY_SUBGRAPH && Object.keys(entry).length === 0)
}

/** Where such a subgraph is, its announcements say. */
function withAnnounced(value: unknown): unknown {
  if (!isRecord(value) || !isRecord(value.subgraphs)) return value
  const entries = Object.entries(value.subgraphs).map(([name, entry]) => {
    if (!isRecord(entry) || !isRecord(entry.announce) || 'routing_url' in entry)
      return [name, entry]
    const path = pathOfPattern(String(entry.announce.address))
    return [name, { ...entry, routing_url: `announced://${name}${path}` }]
  })
  return { ...value, subgraphs: Object.fromEntries(entries) }
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
