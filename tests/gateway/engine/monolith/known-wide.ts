// What wider graphs and operations found. The first list may only shrink: a case that is answered right has to go from it.
export interface Case {
  readonly seed: number
  readonly index: number
  /** Out of a hundred fetches that nobody answers. */
  readonly away: number
}

export const knownWide: Readonly<Record<string, readonly Omit<Case, 'away'>[]>> = {
  hive: [],
  apollo: [],
}

export const wideRegressions: readonly (Case & { readonly why: string })[] = []
