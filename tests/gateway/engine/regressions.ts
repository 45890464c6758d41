// Operations on which the engines once differed, or the comparison of them was wrong, with the world in which they did.

export interface Regression {
  readonly graph: string
  readonly query: string
  readonly variables: Record<string, unknown>
  readonly seed: number
  readonly mood: 'calm' | 'failing' | 'mangled'
}

export const regressions: readonly Regression[] = [
  // The one error stands at the second person's book; the stock executor names the first one's film.
  {
    graph: 'media',
    query: '{ people { id related { ... on Book { __typename verdict } } } }',
    variables: {},
    seed: 1674513460,
    mood: 'failing',
  },
]
