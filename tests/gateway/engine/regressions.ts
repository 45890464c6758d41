// Operations on which the engines once differed, with the world in which they did.

export interface Regression {
  readonly graph: string
  readonly query: string
  readonly variables: Record<string, unknown>
  readonly seed: number
  readonly mood: 'calm' | 'failing' | 'mangled'
}

export const regressions: readonly Regression[] = []
