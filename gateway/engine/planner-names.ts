// Names that a planner gave to fields which would meet in one answer, in the paths of errors that a subgraph sends.
import type { GraphQLFormattedError } from 'graphql'
import type { PlanRewrite } from './planners/plan.ts'

export type Rename = (error: GraphQLFormattedError) => GraphQLFormattedError

/** Gives the path of an error the names that the data has once it is rewritten. */
export function compileErrorNames(rewrites: readonly PlanRewrite[]): Rename {
  const names = new Map<string, string>()
  for (const rewrite of rewrites) {
    const name = rewrite.path.at(-1)
    if (rewrite.kind === 'Rename' && typeof name === 'string') names.set(name, rewrite.to)
  }
  if (names.size === 0) return (error) => error
  return (error) =>
    error.path === undefined
      ? error
      : { ...error, path: error.path.map((one) => names.get(String(one)) ?? one) }
}
