// Whom a limit counts by themselves, in memory. Anyone with a network of their own has as many addresses as they like; beyond a bound those
// who come last are counted in groups. Nobody goes uncounted, and no flood fills the memory.
//
//   known, or room for one more ─► counted alone until their window ends
//   else                        ─► counted with others, always with the same

export interface Subjects {
  /** @returns under which name this one is counted */
  countedAs(subject: string): string
}

export interface SubjectsOptions {
  readonly windowMs: number
  /** Milliseconds that never jump. */
  readonly monotonic: () => number
  /** Called for whoever is counted with others. */
  readonly onCrowd: () => void
  /** Counted alone at a time. Default 100,000, some 50 MB. */
  readonly most?: number
}

const MOST = 100_000
const GROUPS = 8192

export function createSubjects(options: SubjectsOptions): Subjects {
  const { windowMs, monotonic, onCrowd, most = MOST } = options
  /** When the window of each ends, in the order in which they came: the first ends first. */
  const alone = new Map<string, number>()

  function forgetEnded(now: number): void {
    for (const [subject, until] of alone) {
      if (until > now) return
      alone.delete(subject)
    }
  }

  return {
    countedAs(subject) {
      const now = monotonic()
      if ((alone.get(subject) ?? now) > now) return subject
      forgetEnded(now)
      if (alone.size < most) {
        alone.set(subject, now + windowMs)
        return subject
      }
      onCrowd()
      return `group:${groupOf(subject)}`
    },
  }
}

/** The same in every worker of a gateway: they count together. */
function groupOf(subject: string): number {
  let hash = 0x811c9dc5
  for (let at = 0; at < subject.length; at += 1)
    hash = Math.imul(hash ^ subject.charCodeAt(at), 0x01000193)
  return (hash >>> 0) % GROUPS
}
