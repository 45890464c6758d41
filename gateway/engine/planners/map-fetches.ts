// A plan with other fetches, in the order and under the conditions that it has.
import type { FetchNode, PlanNode, PlanPath } from './plan.ts'

/** @param map told each fetch, and where in the answer it stands */
export function mapFetches(
  node: PlanNode,
  map: (fetch: FetchNode, path: PlanPath) => PlanNode,
  path: PlanPath = [],
): PlanNode {
  switch (node.kind) {
    case 'Fetch':
      return map(node, path)
    case 'Flatten':
      return { ...node, node: mapFetches(node.node, map, [...path, ...node.path]) }
    case 'Sequence':
    case 'Parallel':
      return { ...node, nodes: node.nodes.map((one) => mapFetches(one, map, path)) }
    case 'Condition':
      return {
        ...node,
        whenOn: node.whenOn === null ? null : mapFetches(node.whenOn, map, path),
        whenOff: node.whenOff === null ? null : mapFetches(node.whenOff, map, path),
      }
  }
}
