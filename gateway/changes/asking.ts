// What subgraphs said of themselves when they were asked: the text at an address, with its ETag, or the SDL of a running subgraph. One
// that is away, slow or changes all the time is as it was, and keeps no other from being asked.
import { fetchSdl, fetchText, type IdentityFor } from '../supergraph/composition/fetch-sdl.ts'
import type { SubgraphConfig } from '../supergraph/config.ts'
import { createPace } from './pace.ts'

export interface Said {
  readonly sdl: string | null
  /** When it last said what it is, in milliseconds; `null`: not since the start. */
  readonly seenAt: number | null
  /** Why it was of no use the last time; `null`: it was. */
  readonly failure: string | null
}

export interface Asking {
  /** Once at a time. */
  ask(subgraph: SubgraphConfig): Promise<void>
  /** What counts until somebody says otherwise. */
  adopt(sdls: Readonly<Record<string, string>>): void
  said(name: string): Said
}

export interface AskingOptions {
  readonly identityFor: IdentityFor
  readonly addressesOf: (subgraph: string) => readonly string[]
  readonly now: () => number
  /** Milliseconds that never jump. */
  readonly monotonic: () => number
  readonly logger: { warn(...args: unknown[]): void }
}

interface Known extends Said {
  readonly etag: Etag | null
}

/** RFC 9110, section 8.8.3: it is one of its own resource. At another address the same one means another text. */
interface Etag {
  readonly of: string
  readonly value: string
}

type Place = { readonly url: string } | { readonly subgraphUrl: string }

const NOTHING: Known = { sdl: null, etag: null, seenAt: null, failure: null }
const TOO_OFTEN =
  'its SDL is another one again and again: a hundred changes are taken at once, and then one in 30 s'

export function createAsking(options: AskingOptions): Asking {
  const { identityFor, addressesOf, now, logger } = options
  const known = new Map<string, Known>()
  const underWay = new Map<string, Promise<void>>()
  const pace = createPace(options.monotonic)
  const knownOf = (name: string) => known.get(name) ?? NOTHING

  async function askAt(place: Place, name: string): Promise<void> {
    try {
      const { sdl, etag } = await textAt(place, name)
      const before = knownOf(name)
      const isAnother = sdl !== null && before.sdl !== null && sdl !== before.sdl
      if (isAnother && !pace.takes(name)) return postpone(name)
      known.set(name, { sdl: sdl ?? before.sdl, etag, seenAt: now(), failure: null })
    } catch (error) {
      known.set(name, { ...knownOf(name), failure: (error as Error).message })
    }
  }

  async function textAt(place: Place, name: string) {
    if (!('url' in place))
      return { sdl: await fetchSdl({ ...place, identity: await identityFor(name) }), etag: null }
    const { etag: before } = knownOf(name)
    const { url: of } = place
    const { sdl, etag } = await fetchText(of, { etag: before?.of === of ? before.value : null })
    return { sdl, etag: etag === null ? null : { of, value: etag } }
  }

  function postpone(name: string): void {
    const before = knownOf(name)
    if (before.failure !== TOO_OFTEN) logger.warn({ subgraph: name }, TOO_OFTEN)
    known.set(name, { ...before, seenAt: now(), failure: TOO_OFTEN })
  }

  /** Null: there is nobody to ask. */
  function placeOf({ name, schema }: SubgraphConfig): Place | null {
    if ('file' in schema || 'of' in schema) return null
    if (!('announced' in schema)) return schema
    const addresses = addressesOf(name)
    const subgraphUrl = addresses[Math.floor(Math.random() * addresses.length)]
    return subgraphUrl === undefined ? null : { subgraphUrl }
  }

  return {
    async ask(subgraph) {
      const { name } = subgraph
      const place = placeOf(subgraph)
      if (place === null) return
      const asked = underWay.get(name) ?? askAt(place, name).finally(() => underWay.delete(name))
      underWay.set(name, asked)
      await asked
    },
    adopt(sdls) {
      for (const [name, sdl] of Object.entries(sdls))
        if (!known.has(name)) known.set(name, { ...NOTHING, sdl })
    },
    said: knownOf,
  }
}
