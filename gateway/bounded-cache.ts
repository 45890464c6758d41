// A least-recently-used map of a fixed size: every cache whose keys a client can choose is one of these.

export interface BoundedCache<V> {
  get(key: string): V | undefined
  /** The same, but it is not counted as a use. */
  peek(key: string): V | undefined
  /** @param weight Counted against `maxWeight`. Default 0. */
  set(key: string, value: V, weight?: number): void
  /** Whether something of this weight pushes out nothing. */
  hasRoomFor(weight: number): boolean
  delete(key: string): void
  /** The most recently used ones first. */
  newest(count: number): readonly V[]
  /** All of them, in no order; no use is counted. */
  entries(): readonly (readonly [string, V])[]
  readonly size: number
  /** How often it had what it was asked for. */
  readonly use: CacheUse
}

export interface CacheUse {
  readonly entries: number
  readonly maxEntries: number
  readonly hits: number
  readonly misses: number
}

export interface CacheBounds {
  readonly maxEntries: number
  /** Of all entries together. A few huge ones must not fill the memory. Default: none. */
  readonly maxWeight?: number
}

interface Entry<V> {
  readonly key: string
  value: V
  weight: number
  /** Used after this one. */
  newer: Entry<V> | null
  older: Entry<V> | null
}

/** A map that forgets its least recently used entries beyond its bounds. A hit moves two links, and no key. */
export function createBoundedCache<V>(bounds: CacheBounds): BoundedCache<V> {
  const { maxEntries, maxWeight = Number.POSITIVE_INFINITY } = bounds
  const entries = new Map<string, Entry<V>>()
  let newest: Entry<V> | null = null
  let oldest: Entry<V> | null = null
  let weight = 0
  let hits = 0
  let misses = 0

  return {
    get(key) {
      const entry = entries.get(key)
      if (entry === undefined) {
        misses += 1
        return undefined
      }
      hits += 1
      if (entry !== newest) {
        unlink(entry)
        link(entry)
      }
      return entry.value
    },
    peek: (key) => entries.get(key)?.value,
    set(key, value, entryWeight = 0) {
      remove(entries.get(key))
      const entry: Entry<V> = { key, value, weight: entryWeight, newer: null, older: null }
      entries.set(key, entry)
      weight += entryWeight
      link(entry)
      while (entries.size > maxEntries || (weight > maxWeight && oldest !== null)) {
        remove(oldest ?? undefined)
      }
    },
    hasRoomFor: (one) => entries.size < maxEntries && weight + one <= maxWeight,
    delete(key) {
      remove(entries.get(key))
    },
    newest(count) {
      const found: V[] = []
      for (let entry = newest; entry !== null && found.length < count; entry = entry.older)
        found.push(entry.value)
      return found
    },
    entries: () => [...entries].map(([key, { value }]) => [key, value] as const),
    get size() {
      return entries.size
    },
    get use() {
      return { entries: entries.size, maxEntries, hits, misses }
    },
  }

  function link(entry: Entry<V>): void {
    entry.newer = null
    entry.older = newest
    if (newest !== null) newest.newer = entry
    newest = entry
    oldest ??= entry
  }

  function unlink(entry: Entry<V>): void {
    if (entry.newer === null) newest = entry.older
    else entry.newer.older = entry.older
    if (entry.older === null) oldest = entry.newer
    else entry.older.newer = entry.newer
  }

  function remove(entry: Entry<V> | undefined): void {
    if (entry === undefined) return
    unlink(entry)
    // What is gone holds on to nobody: it may lie in old memory for long.
    entry.newer = null
    entry.older = null
    entries.delete(entry.key)
    weight -= entry.weight
  }
}
