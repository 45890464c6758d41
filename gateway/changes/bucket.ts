// A bucket of NATS KV that may be unavailable at any time: then it says so, and nobody waits for it. Anyone who owns NATS can also leave a
// question open for ever: each has so much time, and no more.

import { jetstreamManager } from '@nats-io/jetstream'
import { type KV, Kvm } from '@nats-io/kv'
import type { Nats } from '@sallyport/claims/nats'
import { inTime } from '../../platform/in-time.ts'

export interface Bucket {
  /** `null`: there is none. @throws Error while NATS is unavailable. */
  get(key: string): Promise<Uint8Array | null>
  /** @throws Error while NATS is unavailable, and for what is too large. */
  put(key: string, value: Uint8Array): Promise<void>
  /** The oldest first. @throws Error while NATS is unavailable. */
  keys(prefix: string, most: number): Promise<readonly string[]>
  /** Takes out what lies there, where it is still this value and the gateway's user of NATS may. Else it stays until it is too old. */
  forget(key: string, value: Uint8Array): Promise<void>
  isAvailable(): boolean
}

const BUCKET = 'sallyport-graph'
const MAX_BYTES = 64 * 1024 * 1024
/** A decision that is older is not followed either. */
const KEPT_MS = 30 * 24 * 60 * 60 * 1000
/** What a server takes in one message by default. */
const MAX_VALUE_BYTES = 1_000_000
const PATIENCE_MS = 5_000

/** @param patienceMs For one question. Default: 5 s. */
export function createBucket(
  nats: Pick<Nats, 'connection'>,
  { patienceMs = PATIENCE_MS }: { readonly patienceMs?: number } = {},
): Bucket {
  let opened: { readonly by: object; readonly kv: KV } | null = null
  /** The connection over which nothing could be taken out. */
  let refusedBy: object | null = null

  function connected() {
    const connection = nats.connection()
    if (connection === null) throw new Error('NATS is unavailable')
    return connection
  }

  async function open(): Promise<KV> {
    const connection = connected()
    if (opened?.by === connection) return opened.kv
    const kv = await new Kvm(connection).create(BUCKET, {
      history: 1,
      max_bytes: MAX_BYTES,
      ttl: KEPT_MS,
      maxValueSize: MAX_VALUE_BYTES,
    })
    opened = { by: connection, kv }
    return kv
  }

  /** As the server has its name: a marker that something was deleted would lie there as long as that. */
  async function purge(key: string, revision: number): Promise<void> {
    const manager = await jetstreamManager(connected(), { checkAPI: false })
    // What was written since has a later one.
    await manager.streams.purge(`KV_${BUCKET}`, {
      filter: `$KV.${BUCKET}.${key}`,
      seq: revision + 1,
    })
  }

  async function keys(prefix: string, most: number): Promise<readonly string[]> {
    const all = await (await open()).keys(`${prefix}.>`)
    const patience = setTimeout(() => all.stop(), patienceMs)
    const found: string[] = []
    try {
      for await (const key of all) {
        if (found.length >= most) break
        found.push(key)
      }
    } finally {
      clearTimeout(patience)
    }
    return found
  }

  async function read(key: string) {
    const entry = await (await open()).get(key)
    return entry === null || entry.operation !== 'PUT' ? null : entry
  }

  const soon = <T>(asked: Promise<T>) => inTime(asked, patienceMs)

  return {
    get: async (key) => (await soon(read(key)))?.value ?? null,
    async put(key, value) {
      if (value.byteLength > MAX_VALUE_BYTES) throw new Error('it is too large for NATS KV')
      await soon(open().then((kv) => kv.put(key, value)))
    },
    // What came until then counts.
    keys: (prefix, most) => inTime(keys(prefix, most), 2 * patienceMs),
    async forget(key, value) {
      const connection = nats.connection()
      if (connection === null || connection === refusedBy) return
      try {
        const entry = await soon(read(key))
        if (entry !== null && Buffer.from(value).equals(entry.value))
          await soon(purge(key, entry.revision))
      } catch {
        // Without permission there is no answer, and each would be waited for.
        refusedBy = connection
      }
    },
    isAvailable: () => nats.connection() !== null,
  }
}
