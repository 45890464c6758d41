// Remembers what an expensive check found, for so many entries and no longer than each is good for.

export interface TokenCache<Value> {
  get(key: string): Value | undefined
  /** @param expiresAt Milliseconds since the epoch. */
  set(key: string, value: Value, expiresAt: number): void
}

/** A bounded cache; the entry that was set longest ago makes room. */
export function createTokenCache<Value>(options: {
  maxEntries: number
  now: () => number
}): TokenCache<Value> {
  const entries = new Map<string, { value: Value; expiresAt: number }>()

  return {
    get(key) {
      const entry = entries.get(key)
      if (!entry) return undefined
      if (options.now() < entry.expiresAt) return entry.value
      entries.delete(key)
      return undefined
    },
    set(key, value, expiresAt) {
      const oldest = entries.size >= options.maxEntries ? entries.keys().next().value : undefined
      if (oldest !== undefined) entries.delete(oldest)
      entries.set(key, { value, expiresAt })
    },
  }
}
