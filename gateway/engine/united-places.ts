// Which fetches of entities may put one object in the place of several that are equal.
//
// Eleven reviews of one product hold eleven objects that say no more than its key. As one object it is represented, merged
// and written once. That is right as long as whatever is done to one of them is done to all, which the plan tells: every
// later fetch at their path is for each of them, and nothing but what made them is merged into them from further up.
import type { FetchNode, PlanNode } from '@apollo/query-planner'
import { type AskedFields, compileAskedFields } from './asked-fields.ts'
import { isInherited } from './data.ts'

type Path = readonly string[]

interface PlacedFetch {
  readonly fetch: FetchNode
  readonly path: Path
  readonly asked: AskedFields
}

/** The first fetch of entities at each path where that is right. */
export function fetchesThatUnite(plan: PlanNode): ReadonlySet<FetchNode> {
  const fetches = placeAll(plan)
  const seen = new Set<string>()
  const uniting = new Set<FetchNode>()
  for (const { fetch, path } of fetches) {
    if (fetch.requires === undefined) continue
    const key = JSON.stringify(path)
    if (!seen.has(key) && mayUniteAt(path, fetches)) uniting.add(fetch)
    // A later one would find objects that another fetch, still under way, holds.
    seen.add(key)
  }
  return uniting
}

function mayUniteAt(path: Path, fetches: readonly PlacedFetch[]): boolean {
  if (path.some(isInherited)) return false
  return fetches.filter((one) => writesFromAbove(one, path)).length === 1
}

/** Whether the answer has something for the objects at a path that is longer than its own. */
function writesFromAbove({ path: from, asked }: PlacedFetch, path: Path): boolean {
  if (from.length >= path.length || from.some((element, index) => element !== path[index])) {
    return false
  }
  let fields: AskedFields | null | undefined = asked
  for (const element of path.slice(from.length)) {
    if (element === '@') continue
    fields = fields?.get(element)
  }
  return fields !== undefined
}

function placeAll(plan: PlanNode): PlacedFetch[] {
  const found: PlacedFetch[] = []
  visit(plan, [])
  return found

  function visit(node: PlanNode | undefined, path: Path): void {
    switch (node?.kind) {
      case 'Fetch':
        found.push({ fetch: node, path, asked: compileAskedFields(node) })
        break
      case 'Flatten':
        visit(node.node, [...path, ...node.path.map(String)])
        break
      case 'Sequence':
      case 'Parallel':
        for (const child of node.nodes) visit(child, path)
        break
      case 'Condition':
        for (const child of [node.ifClause, node.elseClause]) visit(child, path)
        break
    }
  }
}
