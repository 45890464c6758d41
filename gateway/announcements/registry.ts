// Which subgraphs have announced themselves, and where they are. An announcement is signed with the key that supergraph.yaml has for
// that name, its address fits the pattern there, and it ages by our own clock: one that is not renewed is forgotten.
//
//   POST /announcements ─► size, rate ─► signature, name, audience ─► address ─► entry, for as long as it says, 2 minutes at most
//                                                                        └─► NATS KV: other gateways check it all again
import { createLocalJwks, JwtError, verifyStrictJwt } from '@sallyport/claims/jwt'
import { decodeJwt } from 'jose'
import { z } from 'zod'
import type { Endpoint } from '../subgraph/resolve.ts'
import { matchesPattern } from './address-pattern.ts'
import type { Announced } from './announced.ts'

export type AnnouncementOutcome = 'taken' | 'refused' | 'too-often'

export interface Registry {
  /** By subgraph, as the file has it now. */
  expect(announced: ReadonlyMap<string, Announced>): void
  /** @param token A JWT of `typ` `subgraph-announcement+jwt`. @param from Who sent it, by network address. */
  take(token: string, from: string): Promise<AnnouncementOutcome>
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
/** Good ones of one name in a second, and bad ones of one sender: a stranger who sends bad ones takes nobody's turn. */
const PER_SECOND = { good: 100, bad: 20 }
/** So many are counted at a time. */
const COUNTED = 10_000

const payloadSchema = z.object({
  iss: z.string(),
  iat: z.number(),
  exp: z.number(),
  address: z.string().max(500),
  state: z.enum(['up', 'leaving']),
})

interface Entry {
  readonly token: string
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

  return {
    expect(announced) {
      expected = announced
      for (const name of entries.keys()) if (!announced.has(name)) entries.delete(name)
    },
    async take(token, from) {
      if (counts.of(`bad ${from}`) >= PER_SECOND.bad) return 'too-often'
      const refuse = (): AnnouncementOutcome => {
        counts.add(`bad ${from}`)
        return 'refused'
      }
      const name = nameIn(token)
      const wanted = name === null ? undefined : expected.get(name)
      if (name === null || wanted === undefined) return refuse()
      try {
        const said = await verify(token, name, wanted)
        if (said === null || !matchesPattern(said.address, wanted.pattern)) return refuse()
        if (counts.add(`good ${name}`) > PER_SECOND.good) return 'too-often'
        current(name)
        const known = entries.get(name) ?? new Map<string, Entry>()
        entries.set(name, known)
        const before = known.get(said.address)
        // What was said before it cannot be said again: an old one does not bring back an address that has left.
        if (before !== undefined && before.iat > said.iat) return refuse()
        if (before === undefined && known.size >= ADDRESSES) return 'too-often'
        known.set(said.address, {
          token,
          iat: said.iat,
          isUp: said.state === 'up',
          until: monotonic() + (said.exp - said.iat) * 1000,
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

/** Who says that it is theirs: which key it is checked with. Nothing else of it is believed yet. */
function nameIn(token: string): string | null {
  try {
    return decodeJwt(token).iss ?? null
  } catch {
    return null
  }
}

/** Within this second. */
function createCounts(monotonic: () => number) {
  let second = 0
  let counts = new Map<string, number>()

  function of(key: string): number {
    const now = Math.floor(monotonic() / 1000)
    if (now !== second) {
      second = now
      counts = new Map()
    }
    return counts.get(key) ?? 0
  }

  return {
    of,
    add(key: string): number {
      const count = of(key) + 1
      if (counts.size < COUNTED || counts.has(key)) counts.set(key, count)
      return count
    },
  }
}
