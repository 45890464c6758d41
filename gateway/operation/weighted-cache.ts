// A least-recently-used map bounded by the weight of its entries too: a few huge documents must not fill the memory.

export interface WeightedCache<V> {
  get(key: string): V | undefined
  set(key: string, value: V, weight: number): void
  readonly size: number
}

export function createWeightedCache<V>(bounds: {
  readonly maxEntries: number
  readonly maxWeight: number
}): WeightedCache<V> {
  const entries = new Map<string, { readonly value: V; readonly weight: number }>()
  let weight = 0

  const remove = (key: string) => {
    weight -= entries.get(key)?.weight ?? 0
    entries.delete(key)
  }
  const isFull = () => entries.size > bounds.maxEntries || weight > bounds.maxWeight

  return {
    get(key) {
      const entry = entries.get(key)
      if (!entry) return undefined
      entries.delete(key)
      entries.set(key, entry)
      return entry.value
    },
    set(key, value, entryWeight) {
      remove(key)
      entries.set(key, { value, weight: entryWeight })
      weight += entryWeight
      for (const oldest of entries.keys()) {
        if (!isFull()) return
        remove(oldest)
      }
    },
    get size() {
      return entries.size
    },
  }
}
