// What wider graphs and operations found: first what is still not answered, and says so, then what failed once, and why.
export interface Case {
  readonly seed: number
  readonly index: number
  /** Out of a hundred fetches that nobody answers. */
  readonly away: number
}

export const knownWide: Readonly<Record<string, readonly Omit<Case, 'away'>[]>> = {
  hive: [],
  // An entity in a value type is not fetched; an error says so.
  apollo: [{ seed: 36, index: 7 }],
}

export const wideRegressions: readonly (Case & { readonly why: string })[] = [
  {
    seed: 33,
    index: 25,
    away: 0,
    why: 'what one planner loses is left to the other beside a progressive @override too',
  },
  {
    seed: 24,
    index: 28,
    away: 0,
    why: 'a field whose alias is its own name, beside the same without',
  },
  {
    seed: 119,
    index: 22,
    away: 30,
    why: 'something is required of an object whose type did not come',
  },
]
