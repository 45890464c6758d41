// Which subgraphs have announced themselves, and where they are. An announcement is signed with the key that supergraph.yaml has for
// that name, its address fits the pattern there, and it ages by our own clock: one that is not renewed is forgotten.
//
//   POST /announcements ─► size, rate ─► signature, name, audience ─► address ─► entry, for as long as it says, 2 minutes at most
//                                                                        └─► NATS KV: other gateways check it all again
import { createLocalJwks, JwtError, verifyStrictJwt } from '@sallyport/claims/jwt'
import { decodeJwt, decodeProtectedHeader, type JSONWebKeySet } from 'jose'
import { z } from 'zod'
import type { Endpoint } from '../subgraph/resolve.ts'
import { matchesPattern } from './address-pattern.ts'
import type { Announced } from './announced.ts'
import { createCounts, PER_SECOND } from './counts.ts'

export type AnnouncementOutcome = 'taken' | 'refused' | 'too-often'

export interface Registry {
  /** By subgraph, as the file has it now. */
  expect(announced: ReadonlyMap<string, Announced>): void
  /** @param token A JWT of `typ` `subgraph-announcement+jwt`. @param from Who sent it, by network address; null: whoever passed it on has counted. */
  take(token: string, from: string | null): Promise<AnnouncementOutcome>
  /** Announcements that still hold, for other gateways. */
  tokens(): readonly {
    readonly subgraph: string
    readonly address: string
    readonly token: string
  }[]
  addressesOf(subgraph: string): readonly string[]
  endpointsOf(subgraph: string): Endpoint[]
}

const ANNOUNCEMENT_TYP = 'subgraph-announcement+jwt'
const LONGEST_SECONDS = 120
const ADDRESSES = 64
/** With those that have left. */
const KNOWN = 8 * ADDRESSES

const payloadSchema = z.object({
  iss: z.string(),
  iat: z.number(),
  exp: z.number(),
  address: z.string().max(500),
  state: z.enum(['up', 'leaving']),
})

interface Entry {
  readonly token: string
  /** As `keyIn` has it. */
  readonly key: string
  readonly iat: number
  readonly isUp: boolean
  /** On a clock that never jumps. */
  readonly until: number
}

export interface RegistryOptions {
  /** `PUBLIC_URL`: whom an announcement is for. */
  readonly audience: string
  readonly now: () => number
  readonly monotonic: () => number
}

export function createRegistry({ audience, now, monotonic }: RegistryOptions): Registry {
  let expected: ReadonlyMap<string, Announced> = new Map()
  const entries = new Map<string, Map<string, Entry>>()
  const counts = createCounts(monotonic)

  /** @throws JwtError */
  async function verify(token: string, name: string, { keys }: Announced) {
    const { getKey } = await createLocalJwks(keys)
    const { payload } = await verifyStrictJwt(token, {
      typ: ANNOUNCEMENT_TYP,
      issuer: name,
      audience,
      maxLifetimeSeconds: LONGEST_SECONDS,
      getKey,
      now,
    })
    return payloadSchema.safeParse(payload).data ?? null
  }

  function current(subgraph: string): readonly (readonly [string, Entry])[] {
    const known = entries.get(subgraph)
    if (known === undefined) return []
    for (const [address, { until }] of known) if (until <= monotonic()) known.delete(address)
    const pattern = expected.get(subgraph)?.pattern
    return [...known].filter(
      ([address, { isUp }]) => isUp && pattern !== undefined && matchesPattern(address, pattern),
    )
  }

  /** Whenever it arrives, it ends when it says; a clock that is behind makes it no longer. */
  function leftMs({ iat, exp }: { readonly iat: number; readonly exp: number }): number {
    return Math.min(exp * 1000 - now(), (exp - iat) * 1000)
  }

  return {
    expect(announced) {
      const before = expected
      expected = announced
      for (const [name, known] of entries) {
        const now = announced.get(name)
        if (now === undefined) entries.delete(name)
        else if (now !== before.get(name)) dropWithoutKey(known, now)
      }
    },
    async take(token, from) {
      if (from !== null && counts.of(`bad ${from}`) >= PER_SECOND.bad) return 'too-often'
      const refuse = (): AnnouncementOutcome => {
        if (from !== null) counts.add(`bad ${from}`)
        return 'refused'
      }
      const name = nameIn(token)
      const wanted = name === null ? undefined : expected.get(name)
      if (name === null || wanted === undefined) return refuse()
      try {
        const said = await verify(token, name, wanted)
        // The file may have another key by now.
        const key = keyIn(token, wanted.keys)
        if (said === null || key === null) return refuse()
        if (key !== keyIn(token, expected.get(name)?.keys)) return refuse()
        if (!matchesPattern(said.address, wanted.pattern)) return refuse()
        if (counts.add(`good ${name}`) > PER_SECOND.good) return 'too-often'
        current(name)
        const known = entries.get(name) ?? new Map<string, Entry>()
        entries.set(name, known)
        const before = known.get(said.address)
        // What was said before it cannot be said again: an old one does not bring back an address that has left.
        const isUp = said.state === 'up'
        if (before !== undefined && isOlder({ iat: said.iat, isUp }, before)) return refuse()
        if (before === undefined && isFull(known)) return 'too-often'
        known.set(said.address, {
          token,
          key,
          iat: said.iat,
          isUp,
          until: monotonic() + (isUp ? leftMs(said) : LONGEST_SECONDS * 1000),
        })
        return 'taken'
      } catch (error) {
        if (error instanceof JwtError) return refuse()
        throw error
      }
    },
    tokens: () =>
      [...entries].flatMap(([subgraph, known]) =>
        [...known]
          .filter(([, { until }]) => until > monotonic())
          .map(([address, { token }]) => ({ subgraph, address, token })),
      ),
    addressesOf: (subgraph) => current(subgraph).map(([address]) => address),
    endpointsOf: (subgraph) =>
      current(subgraph).map(([address]) => ({
        origin: new URL(address).origin,
        address: null,
        priority: 0,
        weight: 1,
      })),
  }
}

/** Of one second leaving is the last word. */
function isOlder(said: Pick<Entry, 'iat' | 'isUp'>, before: Pick<Entry, 'iat' | 'isUp'>): boolean {
  return said.iat < before.iat || (said.iat === before.iat && said.isUp && !before.isUp)
}

/** One that has left is remembered for as long as an older announcement of it could be sent again. */
function isFull(known: ReadonlyMap<string, Entry>): boolean {
  const up = [...known.values()].filter(({ isUp }) => isUp).length
  return up >= ADDRESSES || known.size >= KNOWN
}

/** What was signed with a key that the file no longer has is no longer believed. */
function dropWithoutKey(known: Map<string, Entry>, { keys }: Announced): void {
  for (const [address, { token, key }] of known)
    if (keyIn(token, keys) !== key) known.delete(address)
}

/** The public key that a token names, as text; null: there is none. */
function keyIn(token: string, keys: JSONWebKeySet | undefined): string | null {
  const { kid } = decodeProtectedHeader(token)
  const found = keys?.keys.find((one) => one.kid === kid)
  return found === undefined ? null : `${found.x} ${found.y}`
}

/** Who says that it is theirs: which key it is checked with. Nothing else of it is believed yet. */
function nameIn(token: string): string | null {
  try {
    return decodeJwt(token).iss ?? null
  } catch {
    return null
  }
}
