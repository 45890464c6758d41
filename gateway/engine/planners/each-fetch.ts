// The fetches of a plan one after another, and where in the answer each stands.
import type { FetchNode, PlanNode, PlanPath } from './plan.ts'

/** @param visit told each fetch in the order of the plan, whatever its conditions */
export function eachFetch(
  node: PlanNode | null,
  visit: (fetch: FetchNode, path: PlanPath) => void,
  path: PlanPath = [],
): void {
  switch (node?.kind) {
    case 'Fetch':
      visit(node, path)
      break
    case 'Flatten':
      eachFetch(node.node, visit, [...path, ...node.path])
      break
    case 'Sequence':
    case 'Parallel':
      for (const one of node.nodes) eachFetch(one, visit, path)
      break
    case 'Condition':
      eachFetch(node.whenOn, visit, path)
      eachFetch(node.whenOff, visit, path)
      break
  }
}
