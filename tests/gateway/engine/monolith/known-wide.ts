// What wider graphs and operations found: first what is still refused, before any fetch, then what failed once, and why.
export interface Case {
  readonly seed: number
  readonly index: number
  /** Out of a hundred fetches that nobody answers. */
  readonly away: number
}

export const refusedWide: readonly (Case & { readonly planner: string; readonly why: string })[] = [
  { planner: 'apollo', seed: 36, index: 7, away: 0, why: 'an entity in a value type is left out' },
]

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
  {
    seed: 36,
    index: 7,
    away: 0,
    why: 'an entity in a value type, which one planner leaves out',
  },
  { seed: 813, index: 31, away: 0, why: 'fields of one name below objects of different types' },
]
