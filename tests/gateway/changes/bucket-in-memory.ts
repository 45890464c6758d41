// A bucket as gateways share it, in memory: it takes what it is given, and says what it was asked for.
import type { Bucket } from '../../../gateway/changes/bucket.ts'

export interface BucketInMemory extends Bucket {
  readonly values: Map<string, Uint8Array>
}

export function createBucketInMemory(): BucketInMemory {
  const values = new Map<string, Uint8Array>()
  return {
    values,
    get: async (key) => values.get(key) ?? null,
    put: async (key, value) => void values.set(key, value),
    keys: async (prefix, most) =>
      [...values.keys()].filter((key) => key.startsWith(`${prefix}.`)).slice(0, most),
    forget: async (key, value) => {
      const known = values.get(key)
      if (known !== undefined && Buffer.from(value).equals(known)) values.delete(key)
    },
    isAvailable: () => true,
  }
}
