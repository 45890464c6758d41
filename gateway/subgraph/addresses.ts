// The addresses of one subgraph, with connections of its own to each: one that fails is passed over for a while, and those
// behind a name are looked up anew.
//
//   routing_url ──► endpoints (fixed, A and AAAA, SRV; every 10 s) ──► a pool each ──► pick: healthy, lowest priority, by weight
import { setTimeout as wait } from 'node:timers/promises'
import { buildConnector, Pool } from 'undici'
import type { Log } from '../../platform/log.ts'
import {
  type Endpoint,
  endpointOf,
  isAnnouncedUrl,
  isChanging,
  type NameServices,
  resolveEndpoints,
} from './resolve.ts'

export interface Address {
  readonly pool: Pool
  /** It answered. */
  succeed(): void
  /** It did not: it is passed over for a while, longer each time, where there are others. */
  fail(): void
}

export interface Addresses {
  /**
   * @param tried addresses that were of no use to this request
   * @returns null when all were tried, or none is known. Where none is healthy, one that was healthy last
   */
  pick(tried: readonly Address[]): Address | null
  /** Resolves when the first look-up has ended, where a name has to be looked up first. Null: nothing to wait for. */
  readonly ready: Promise<void> | null
  stop(): Promise<void>
}

export interface AddressesOptions {
  readonly subgraph: string
  readonly urls: readonly string[]
  readonly connections: number
  readonly names: NameServices
  readonly logger: Pick<Log, 'warn'>
  /** Default: 10 s; a second for what announces itself. */
  readonly lookupMs?: number
}

/** How long one is passed over at first, and at most. */
const SHORTEST_MS = 500
const LONGEST_MS = 10_000
const CONNECT_MS = 2000

interface Known extends Address {
  readonly endpoint: Endpoint
  /** On the clock of `performance.now()`. */
  badUntil: number
}

export function createAddresses(options: AddressesOptions): Addresses {
  const { subgraph, urls, names, logger } = options
  // What announces itself may leave at any moment, and looking costs nothing.
  const { lookupMs = urls.some(isAnnouncedUrl) ? 1000 : 10_000 } = options
  const known = new Map<string, Known>()
  const stopping = new AbortController()
  /** By URL, what it led to last. */
  const found = new Map(urls.map((url) => [url, endpointOf(url)]))
  const changing = urls.filter(isChanging)
  let all: readonly Known[] = []
  adopt()
  const following = changing.length === 0 ? null : follow()
  const first = changing.length === 0 ? null : Promise.all(changing.map(look)).then(() => adopt())
  let ready = all.length > 0 ? null : first
  void first?.then(() => {
    ready = null
  })

  return {
    get ready() {
      return ready
    },
    pick(tried) {
      if (all.length === 1) return tried.length === 0 ? (all[0] ?? null) : null
      return choose(all.filter((one) => !tried.includes(one)))
    },
    async stop() {
      stopping.abort()
      await following
      await Promise.all([...known.values()].map(({ pool }) => pool.destroy()))
    },
  }

  async function follow(): Promise<void> {
    while (!stopping.signal.aborted) {
      await wait(lookupMs, undefined, { signal: stopping.signal, ref: false }).catch(
        () => undefined,
      )
      if (stopping.signal.aborted) return
      await Promise.all(changing.map(look))
      adopt()
    }
  }

  /** A name service that fails changes nothing: what was known may still be right. */
  async function look(url: string): Promise<void> {
    try {
      const endpoints = await resolveEndpoints(url, names)
      if (endpoints.length > 0 || isAnnouncedUrl(url)) found.set(url, endpoints)
    } catch (error) {
      logger.warn({ subgraph, err: error }, 'the name of a subgraph cannot be looked up')
    }
  }

  /** Keeps the connections to what is still there; the others end with what is under way on them. */
  function adopt(): void {
    if (stopping.signal.aborted) return
    const wanted = new Map([...found.values()].flat().map((one) => [keyOf(one), one]))
    for (const [key, { pool }] of known) {
      if (wanted.has(key)) continue
      known.delete(key)
      void pool.close()
    }
    for (const [key, endpoint] of wanted) {
      if (!known.has(key)) known.set(key, createAddress(endpoint, options))
    }
    all = [...known.values()]
  }
}

function keyOf({ origin, address, priority, weight }: Endpoint): string {
  return JSON.stringify([origin, address, priority, weight])
}

function createAddress(endpoint: Endpoint, { connections }: AddressesOptions): Known {
  let failures = 0
  return {
    endpoint,
    badUntil: 0,
    pool: new Pool(endpoint.origin, {
      connections,
      pipelining: 1,
      connect: createConnector(endpoint),
    }),
    succeed() {
      failures = 0
      this.badUntil = 0
    },
    fail() {
      this.badUntil = performance.now() + Math.min(LONGEST_MS, SHORTEST_MS * 2 ** failures)
      failures += 1
    },
  }
}

/** The name stays that of the certificate, where the address was looked up by us. */
function createConnector({ address }: Endpoint): buildConnector.connector {
  const settings = { timeout: CONNECT_MS, ...(address && { lookup: always(address) }) }
  // Its types want the port here, which comes with each call.
  const connect = buildConnector(settings as buildConnector.BuildOptions)
  return (options, done) => {
    connect(options, (...[error, socket]) => {
      if (error !== null) return void done(error, null)
      // Whether it had served others before it broke: undici tells that of some errors, of a reset it does not.
      socket.once('error', (cause) => Object.assign(cause, { bytesRead: socket.bytesRead }))
      done(null, socket)
    })
  }
}

function always(address: string) {
  const family = address.includes(':') ? 6 : 4
  return (_: string, { all }: { all?: boolean }, done: (...args: unknown[]) => void): void => {
    if (all === true) done(null, [{ address, family }])
    else done(null, address, family)
  }
}

function choose(candidates: readonly Known[]): Known | null {
  const now = performance.now()
  const healthy = candidates.filter(({ badUntil }) => badUntil <= now)
  if (healthy.length === 0) return longestAgo(candidates)
  const priority = Math.min(...healthy.map(({ endpoint }) => endpoint.priority))
  return byWeight(healthy.filter(({ endpoint }) => endpoint.priority === priority))
}

function longestAgo(candidates: readonly Known[]): Known | null {
  return [...candidates].sort((one, other) => one.badUntil - other.badUntil)[0] ?? null
}

/** One with weight 0 has a very small chance beside others (RFC 2782). */
function byWeight(candidates: readonly Known[]): Known | null {
  const weightOf = ({ endpoint }: Known) => Math.max(endpoint.weight, 0.01)
  let left = Math.random() * candidates.reduce((sum, one) => sum + weightOf(one), 0)
  for (const one of candidates) {
    left -= weightOf(one)
    if (left <= 0) return one
  }
  return candidates.at(-1) ?? null
}
