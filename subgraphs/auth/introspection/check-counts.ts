// Checks of credentials are counted, and not audited one by one: there are too many, and nothing changes by them.
export type CheckKind = 'api-key' | 'live' | 'refresh-token'

export interface CheckCounts {
  count(kind: CheckKind, verdict: string): void
  read(): { readonly kind: string; readonly verdict: string; readonly count: number }[]
}

export function createCheckCounts(): CheckCounts {
  const counts = new Map<string, { kind: string; verdict: string; count: number }>()
  return {
    count: (kind, verdict) => {
      const key = `${kind} ${verdict}`
      const entry = counts.get(key) ?? { kind, verdict, count: 0 }
      counts.set(key, entry)
      entry.count += 1
    },
    read: () => [...counts.values()],
  }
}
