// Compiles a plan: a tree of fetches becomes a tree of functions, once for each operation.
import type { DataSource } from '../subgraph/data-source.ts'
import { placesToDeduplicate } from './deduplicated-entities.ts'
import { compileEntityFetch, sharedKeyOf } from './entity-fetch.ts'
import { compileFetch } from './fetch.ts'
import type { Merge } from './merge.ts'
import type { PlannedVariables } from './planned-operation.ts'
import type { FetchNode, PlanNode, PlanPath } from './planners/plan.ts'
import type { Condition } from './run.ts'
import { inParallel, inSequence, onCondition, type Step } from './step.ts'
import type { IsOfType } from './types.ts'

export interface PlanOptions {
  readonly isMutation: boolean
  readonly conditions: ReadonlyMap<string, Condition>
  readonly isOfType: IsOfType
  readonly variables: PlannedVariables
  readonly merge: Merge
  dataSource(subgraph: string): DataSource
}

/** Null when nothing is fetched. */
export function compilePlan(node: PlanNode | null, options: PlanOptions): Step | null {
  if (node === null) return null
  const { isOfType, variables, merge } = options
  const repeated = options.isMutation ? new Set<string>() : repeatedKeys(node)
  const uniting = placesToDeduplicate(node)
  return compileNode(node, [])

  function compileNode(node: PlanNode, path: PlanPath): Step {
    switch (node.kind) {
      case 'Fetch':
        return compileFetchNode(node, path)
      case 'Flatten':
        return compileNode(node.node, [...path, ...node.path])
      case 'Sequence':
        return inSequence(node.nodes.map((child) => compileNode(child, path)))
      case 'Parallel':
        return inParallel(node.nodes.map((child) => compileNode(child, path)))
      case 'Condition':
        return onCondition(conditionOf(node.variable), {
          whenOn: node.whenOn === null ? null : compileNode(node.whenOn, path),
          whenOff: node.whenOff === null ? null : compileNode(node.whenOff, path),
        })
    }
  }

  function compileFetchNode(fetch: FetchNode, path: PlanPath): Step {
    const source = options.dataSource(fetch.subgraph)
    if (fetch.entities === null)
      return compileFetch({ fetch, path, source, isOfType, variables, merge })
    const key = sharedKeyOf(fetch)
    return compileEntityFetch({
      fetch,
      path,
      source,
      isOfType,
      variables,
      merge,
      conditionOf,
      sharedKey: repeated.has(key) ? key : null,
      mayUnite: (request, place) => uniting.get(request)?.has(place) === true,
    })
  }

  function conditionOf(planned: string): Condition {
    const name = variables.clientName(planned)
    return options.conditions.get(name) ?? { name, byDefault: false }
  }
}

/** What more than one fetch of entities has in common. */
function repeatedKeys(node: PlanNode): ReadonlySet<string> {
  const seen = new Set<string>()
  const repeated = new Set<string>()
  visit(node)
  return repeated

  function visit(node: PlanNode | null): void {
    if (node === null) return
    if (node.kind === 'Sequence' || node.kind === 'Parallel') node.nodes.forEach(visit)
    else if (node.kind === 'Flatten') visit(node.node)
    else if (node.kind === 'Condition') [node.whenOn, node.whenOff].forEach(visit)
    else if (node.kind === 'Fetch' && node.entities?.length === 1) {
      const key = sharedKeyOf(node)
      if (seen.has(key)) repeated.add(key)
      seen.add(key)
    }
  }
}
