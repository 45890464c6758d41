// What gateways know together: what an operator decided at one of them, and the texts of versions, in NATS KV. While NATS is
// unavailable each goes by what it knows, and tells the others afterwards.
import { promisify } from 'node:util'
import { gunzip, gzip } from 'node:zlib'
import type { Bucket } from './bucket.ts'
import { type Contents, contentsSchema, idOf } from './contents.ts'
import { type Decision, isLater } from './decision.ts'
import type { SignedDecisions } from './signed-decision.ts'
import type { GraphStore } from './store.ts'

const compress = promisify(gzip)
const expand = promisify(gunzip)
/** Of one version, unpacked: more is as good as hostile. */
const MAX_BYTES = 64 * 1024 * 1024
const DECISION = 'decision'
/** Of all gateways together, beside those that this one knows. */
const VERSIONS = 40
const LISTED = 1000
const UNSIGNED =
  'a decision about the graph that nobody of ours signed, or whose clock is ahead of ours'

export interface SharedStoreOptions {
  readonly store: GraphStore
  readonly bucket: Bucket
  readonly signed: SignedDecisions
  readonly logger: { warn(...args: unknown[]): void }
}

export function createSharedStore({
  store,
  bucket,
  signed,
  logger,
}: SharedStoreOptions): GraphStore {
  let isTold = false
  /** As it lies there. What is good is opened once; what is not may be only too new for our clock, and is good a little later. */
  let seen: { readonly text: string; readonly decision: Decision | null } | null = null

  async function shared(): Promise<Decision | null> {
    const value = await bucket.get(DECISION)
    if (value === null) return null
    const text = Buffer.from(value).toString('utf8')
    const isKnown = seen?.text === text
    if (isKnown && seen?.decision) return seen.decision
    const decision = await signed.open(text)
    if (decision === null && !isKnown) logger.warn(UNSIGNED)
    seen = { text, decision }
    return decision
  }

  async function tell(decision: Decision): Promise<void> {
    await bucket.put(DECISION, Buffer.from(await signed.sign(decision)))
  }

  /** The bucket is bounded as a whole, and decisions must have room in it: a subgraph that changes all the time would fill it. */
  async function forgetOldest(): Promise<void> {
    const keys = await bucket.keys('version', LISTED)
    if (keys.length <= VERSIONS) return
    const known = new Set((await store.history()).versions.map(({ id }) => keyOf(id)))
    for (const key of keys.slice(0, keys.length - VERSIONS)) {
      const value = known.has(key) ? null : await bucket.get(key)
      if (value !== null) await bucket.forget(key, value)
    }
  }

  /** It is tried again at every look: one line tells of all of them. */
  async function quietly<T>(work: () => Promise<T>): Promise<T | null> {
    try {
      const done = await work()
      isTold = false
      return done
    } catch (error) {
      if (bucket.isAvailable() && !isTold)
        logger.warn({ err: error }, 'the graph cannot be shared over NATS')
      isTold = bucket.isAvailable()
      return null
    }
  }

  return {
    ...store,
    async decision() {
      const own = await store.decision()
      const theirs = await quietly(shared)
      if (theirs !== null && isLater(theirs, own)) {
        await store.decide(theirs)
        return theirs
      }
      if (own !== null && isLater(own, theirs)) await quietly(() => tell(own))
      return own
    },
    async decide(decision) {
      await store.decide(decision)
      await quietly(() => tell(decision))
    },
    async keep(version, texts, opened) {
      await store.keep(version, texts, opened)
      await quietly(async () => {
        const key = keyOf(version.id)
        if ((await bucket.get(key)) !== null) return
        await bucket.put(key, await compress(JSON.stringify(texts)))
        await forgetOldest()
      })
    },
    async contentsOf(id) {
      const own = await store.contentsOf(id)
      return own ?? (await quietly(() => sharedTexts(bucket, id)))
    },
    reach: () => (bucket.isAvailable() ? 'nats' : 'nats-unavailable'),
  }
}

function keyOf(version: string): string {
  return `version.${version}`
}

/** The id is a hash of the texts: nobody can put others in their place. */
async function sharedTexts(bucket: Bucket, id: string): Promise<Contents | null> {
  const value = await bucket.get(keyOf(id))
  if (value === null) return null
  const text = await expand(value, { maxOutputLength: MAX_BYTES })
  const texts = contentsSchema.parse(JSON.parse(text.toString('utf8')))
  return idOf(texts) === id ? texts : null
}
