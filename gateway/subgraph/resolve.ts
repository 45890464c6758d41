// The addresses behind a subgraph's name, asked for again and again: instances come and go while the gateway runs.
import { lookup, Resolver } from 'node:dns/promises'
import { isIP } from 'node:net'

/** Where one instance of a subgraph listens. */
export interface Endpoint {
  /** Scheme, name and port: what TLS and the Host header go by. */
  readonly origin: string
  /** The network address to connect to. Null: whatever the name means at the time. */
  readonly address: string | null
  /** Those with the lowest are asked first (RFC 2782). */
  readonly priority: number
  /** How often it is taken beside others of its priority (RFC 2782). */
  readonly weight: number
}

export interface NameServices {
  /** All addresses of a host, as the system orders them. */
  lookup(host: string): Promise<readonly { readonly address: string; readonly family: number }[]>
  /** Where a subgraph has announced itself. Default: nowhere. */
  announced?(subgraph: string): readonly Endpoint[]
  resolveSrv(name: string): Promise<
    readonly {
      readonly name: string
      readonly port: number
      readonly priority: number
      readonly weight: number
    }[]
  >
}

export function systemNames(): NameServices {
  const resolver = new Resolver({ timeout: 2000, tries: 2 })
  return {
    lookup: (host) => lookup(host, { all: true, verbatim: true }),
    resolveSrv: (name) => resolver.resolveSrv(name),
  }
}

const SRV = 'dns+srv:'
const ANNOUNCED = 'announced:'

/** The subgraph itself says where it is. */
export function isAnnouncedUrl(url: string): boolean {
  return url.startsWith(ANNOUNCED)
}

export function isSrvUrl(url: string): boolean {
  return url.startsWith(SRV)
}

/** Whether there is more behind it than one fixed address. */
export function isChanging(url: string): boolean {
  if (isSrvUrl(url) || isAnnouncedUrl(url)) return true
  const host = hostOf(url)
  return isIP(host) === 0 && host !== 'localhost'
}

/** What is known of it without asking anybody. */
export function endpointOf(url: string): Endpoint[] {
  return isSrvUrl(url) || isAnnouncedUrl(url) ? [] : [plain(new URL(url).origin)]
}

/** @throws Error of the name service */
export async function resolveEndpoints(url: string, names: NameServices): Promise<Endpoint[]> {
  if (isAnnouncedUrl(url)) return [...(names.announced?.(new URL(url).hostname) ?? [])]
  if (isSrvUrl(url)) return await resolveService(new URL(url).hostname, names)
  if (!isChanging(url)) return endpointOf(url)
  const found = await names.lookup(hostOf(url))
  // A host has one address of each family, mostly, and the system knows which of them it can reach: its first choice.
  const family = found[0]?.family
  const usable = found.filter((one) => one.family === family)
  const { origin } = new URL(url)
  return usable.map(({ address }) => ({ ...plain(origin), address }))
}

async function resolveService(name: string, names: NameServices): Promise<Endpoint[]> {
  const found = await names.resolveSrv(name)
  return found
    .filter((one) => one.name !== '')
    .map(({ name: host, port, priority, weight }) => ({
      origin: `http://${host}:${port}`,
      address: null,
      priority,
      weight,
    }))
}

function plain(origin: string): Endpoint {
  return { origin, address: null, priority: 0, weight: 1 }
}

function hostOf(url: string): string {
  return new URL(url).hostname.replace(/^\[|\]$/g, '')
}
