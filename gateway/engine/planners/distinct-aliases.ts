// Hive's planner asks for a required field beside the client's own by an alias, and numbers its aliases anew in each fetch. Of one
// object two fetches would write over each other: here each has names of its own.
import { Kind, parse, print, visit } from 'graphql'
import { mapFetches } from './map-fetches.ts'
import type { FetchNode, PlanNode, PlanPath, PlanRewrite } from './plan.ts'

const PREFIX = '_internal_qp_alias_'

/** Whatever is sent by such a name has to be found again: `mendRequires` does, by the field and its arguments. */
export function distinctAliases(node: PlanNode): PlanNode {
  let fetches = 0
  return mapFetches(node, renameIn)

  function renameIn(fetch: FetchNode): FetchNode {
    if (!fetch.operation.includes(PREFIX)) return fetch
    fetches += 1
    const nameOf = (name: string) => (name.startsWith(PREFIX) ? `${name}_of_${fetches}` : name)
    const document = visit(parse(fetch.operation, { noLocation: true }), {
      Field(node) {
        if (!node.alias?.value.startsWith(PREFIX)) return undefined
        return { ...node, alias: { kind: Kind.NAME, value: nameOf(node.alias.value) } as const }
      },
    })
    const renamed = (all: readonly PlanRewrite[]) =>
      all.map((one) => ({ ...one, path: renamedPath(one.path, nameOf) }))
    return {
      ...fetch,
      operation: print(document),
      outputRewrites: renamed(fetch.outputRewrites),
      entities:
        fetch.entities === null
          ? null
          : fetch.entities.map((one) => ({ ...one, outputRewrites: renamed(one.outputRewrites) })),
    }
  }
}

function renamedPath(path: PlanPath, nameOf: (name: string) => string): PlanPath {
  return path.map((element) => (typeof element === 'string' ? nameOf(element) : element))
}
