// Compiles a plan of Apollo's planner: a tree of fetches becomes a tree of functions, once for each operation.
import type { FetchNode, PlanNode, QueryPlan } from '@apollo/query-planner'
import type { DataSource } from '../data-source.ts'
import { compileEntityFetch, sharedKeyOf } from './entity-fetch.ts'
import { compileFetch } from './fetch.ts'
import type { Condition } from './run.ts'
import { inParallel, inSequence, onCondition, type Step } from './step.ts'
import type { IsOfType } from './types.ts'
import { fetchesThatUnite } from './united-places.ts'

/** The plan has something that is not compiled; the stock executor runs it. */
export class NotCompiled extends Error {
  override readonly name = 'NotCompiled'
  /** A word for the counter. */
  readonly reason: string

  constructor(reason: string) {
    super(`not compiled: ${reason}`)
    this.reason = reason
  }
}

export interface PlanOptions {
  readonly isMutation: boolean
  readonly conditions: ReadonlyMap<string, Condition>
  readonly isOfType: IsOfType
  dataSource(subgraph: string): DataSource
}

/** @throws NotCompiled for what is not known here. */
export function compilePlan(plan: QueryPlan, options: PlanOptions): Step | null {
  const { node } = plan
  if (node === undefined) return null
  if (node.kind === 'Subscription') throw new NotCompiled('subscription')
  const repeated = options.isMutation ? new Set<string>() : repeatedKeys(node)
  const uniting = fetchesThatUnite(node)
  return compileNode(node, [])

  function compileNode(node: PlanNode, path: readonly string[]): Step {
    switch (node.kind) {
      case 'Fetch':
        return compileFetchNode(node, path)
      case 'Flatten':
        return compileNode(node.node, [...path, ...node.path.map(pathElement)])
      case 'Sequence':
        return inSequence(node.nodes.map((child) => compileNode(child, path)))
      case 'Parallel':
        return inParallel(node.nodes.map((child) => compileNode(child, path)))
      case 'Condition': {
        const { condition: name, ifClause, elseClause } = node
        const condition = options.conditions.get(name) ?? { name, byDefault: false }
        return onCondition(condition, {
          whenOn: ifClause === undefined ? null : compileNode(ifClause, path),
          whenOff: elseClause === undefined ? null : compileNode(elseClause, path),
        })
      }
      default:
        throw new NotCompiled(String(node.kind).toLowerCase())
    }
  }

  function compileFetchNode(fetch: FetchNode, path: readonly string[]): Step {
    if (fetch.contextRewrites !== undefined && fetch.contextRewrites.length > 0) {
      throw new NotCompiled('context')
    }
    const common = {
      fetch,
      path,
      source: options.dataSource(fetch.serviceName),
      isOfType: options.isOfType,
    }
    if (fetch.requires === undefined) return compileFetch(common)
    if (fetch.variableUsages?.includes('representations')) {
      throw new NotCompiled('variable-named-representations')
    }
    const key = sharedKeyOf(fetch)
    return compileEntityFetch({
      ...common,
      sharedKey: repeated.has(key) ? key : null,
      mayUnite: uniting.has(fetch),
    })
  }
}

function pathElement(element: string | number): string {
  if (typeof element === 'string') return element
  throw new NotCompiled('index-in-path')
}

/** What more than one fetch of entities has in common. */
function repeatedKeys(node: PlanNode): ReadonlySet<string> {
  const seen = new Set<string>()
  const repeated = new Set<string>()
  visit(node)
  return repeated

  function visit(node: PlanNode | undefined): void {
    if (node === undefined) return
    if (node.kind === 'Sequence' || node.kind === 'Parallel') node.nodes.forEach(visit)
    else if (node.kind === 'Flatten') visit(node.node)
    else if (node.kind === 'Condition') [node.ifClause, node.elseClause].forEach(visit)
    else if (node.kind === 'Fetch' && node.requires !== undefined) {
      const key = sharedKeyOf(node)
      if (seen.has(key)) repeated.add(key)
      seen.add(key)
    }
  }
}
