// How many requests came with a good credential, and how many were refused for which reason. Counted, and audited nowhere:
// there are too many, and nothing changes by them.
import { Counter, type Registry } from 'prom-client'

/** How it came: what is refused is of nobody yet. */
export type CheckedAs = 'bearer' | 'cookie' | 'api-key'

export interface CheckCounts {
  /** @param verdict `accepted`, `unavailable`, or the reason of the refusal */
  count(kind: CheckedAs, verdict: string): void
  /** By verdict. */
  read(): Readonly<Record<string, number>>
}

type Counts = Map<string, number>

export function createCheckCounts(registry: Registry): CheckCounts {
  const counts: Readonly<Record<CheckedAs, Counts>> = {
    bearer: new Map(),
    cookie: new Map(),
    'api-key': new Map(),
  }
  new Counter({
    name: 'sallyport_credential_checks_total',
    help: 'Credentials that were checked, by kind, result, and the reason of a refusal.',
    labelNames: ['kind', 'result', 'reason'],
    registers: [registry],
    collect() {
      this.reset()
      for (const [kind, verdicts] of Object.entries(counts)) {
        for (const [verdict, count] of verdicts) this.inc({ kind, ...resultOf(verdict) }, count)
      }
    },
  })

  return {
    count(kind, verdict) {
      const verdicts = counts[kind]
      verdicts.set(verdict, (verdicts.get(verdict) ?? 0) + 1)
    },
    read() {
      const sums: Record<string, number> = {}
      for (const verdicts of Object.values(counts)) {
        for (const [verdict, count] of verdicts) sums[verdict] = (sums[verdict] ?? 0) + count
      }
      return sums
    },
  }
}

function resultOf(verdict: string): { result: string; reason: string } {
  const isResult = verdict === 'accepted' || verdict === 'unavailable'
  return isResult ? { result: verdict, reason: 'none' } : { result: 'refused', reason: verdict }
}
