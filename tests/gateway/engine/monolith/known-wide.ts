// What wider graphs and operations found: first what is still not answered, and says so, then what failed once, and why.
export interface Case {
  readonly seed: number
  readonly index: number
  /** Out of a hundred fetches that nobody answers. */
  readonly away: number
}

export const knownWide: Readonly<Record<string, readonly Omit<Case, 'away'>[]>> = {
  // A field behind an @interfaceObject is not fetched beside one that requires another; an error says so.
  hive: [{ seed: 33, index: 25 }],
  apollo: [],
}

export const wideRegressions: readonly (Case & { readonly why: string })[] = [
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
