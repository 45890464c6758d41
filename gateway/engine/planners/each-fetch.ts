// The fetches of a plan one after another, where in the answer each stands, and which of them are over before others begin.
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

/** Whether one fetch of a plan is over, if it is made at all, before another one begins. */
export function createIsBefore(
  plan: PlanNode | null,
): (one: FetchNode, other: FetchNode) => boolean {
  const ways = new Map<FetchNode, readonly Turn[]>()
  if (plan !== null) walk(plan, [])
  return (one, other) => {
    const [first = [], second = []] = [ways.get(one), ways.get(other)]
    const parting = first.findIndex((turn, index) => turn.index !== second[index]?.index)
    const [own, its] = [first[parting], second[parting]]
    return own !== undefined && its !== undefined && own.isInSequence && own.index < its.index
  }

  function walk(node: PlanNode, way: readonly Turn[]): void {
    switch (node.kind) {
      case 'Fetch':
        ways.set(node, way)
        break
      case 'Flatten':
        walk(node.node, way)
        break
      case 'Sequence':
      case 'Parallel': {
        const isInSequence = node.kind === 'Sequence'
        node.nodes.forEach((one, index) => {
          walk(one, [...way, { index, isInSequence }])
        })
        break
      }
      case 'Condition':
        ;[node.whenOn, node.whenOff].forEach((one, index) => {
          if (one !== null) walk(one, [...way, { index, isInSequence: false }])
        })
    }
  }
}

/** Where a fetch stands among those of a node. */
interface Turn {
  readonly index: number
  readonly isInSequence: boolean
}
