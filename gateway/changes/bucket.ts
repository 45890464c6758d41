// A bucket of NATS KV that may be unavailable at any time: then it says so, and nobody waits for it.

import { type KV, Kvm } from '@nats-io/kv'
import type { Nats } from '@sallyport/claims/nats'

export interface Bucket {
  /** `null`: there is none. @throws Error while NATS is unavailable. */
  get(key: string): Promise<Uint8Array | null>
  /** @throws Error while NATS is unavailable, and for what is too large. */
  put(key: string, value: Uint8Array): Promise<void>
  /** @throws Error while NATS is unavailable. */
  keys(prefix: string, most: number): Promise<readonly string[]>
  isAvailable(): boolean
}

const BUCKET = 'sallyport-graph'
const MAX_BYTES = 64 * 1024 * 1024
/** A decision that is older is not followed either. */
const KEPT_MS = 30 * 24 * 60 * 60 * 1000
/** What a server takes in one message by default. */
const MAX_VALUE_BYTES = 1_000_000

export function createBucket(nats: Pick<Nats, 'connection'>): Bucket {
  let opened: { readonly by: object; readonly kv: KV } | null = null

  async function open(): Promise<KV> {
    const connection = nats.connection()
    if (connection === null) throw new Error('NATS is unavailable')
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

  return {
    async get(key) {
      const entry = await (await open()).get(key)
      return entry === null || entry.operation !== 'PUT' ? null : entry.value
    },
    async put(key, value) {
      if (value.byteLength > MAX_VALUE_BYTES) throw new Error('it is too large for NATS KV')
      await (await open()).put(key, value)
    },
    async keys(prefix, most) {
      const found: string[] = []
      for await (const key of await (await open()).keys(`${prefix}.>`)) {
        if (found.length >= most) break
        found.push(key)
      }
      return found
    },
    isAvailable: () => nats.connection() !== null,
  }
}
