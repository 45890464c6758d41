// Whether a plan asks for all that an operation does: what it leaves out would be missing in the answer.
import {
  type DocumentNode,
  type FragmentDefinitionNode,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql'
import { fragmentsOf } from '../../operation/select.ts'
import { type AskedFields, compileAskedFields, compileAskedOfEntities } from '../asked-fields.ts'
import type { FetchNode, PlanNode, PlanPath } from './plan.ts'

type Tree = Map<string, Tree>

export function coversAll(plan: PlanNode | null, document: DocumentNode): boolean {
  const fetched = fetchedBy(plan)
  const fragments = fragmentsOf(document)
  const operation = document.definitions.find(
    (one): one is OperationDefinitionNode => one.kind === Kind.OPERATION_DEFINITION,
  )
  return operation === undefined || isCovered(operation.selectionSet, { fetched, fragments })
}

function isCovered(
  { selections }: SelectionSetNode,
  how: { fetched: Tree; fragments: ReadonlyMap<string, FragmentDefinitionNode> },
): boolean {
  return selections.every((selection) => {
    if (selection.kind !== Kind.FIELD) {
      const fragment =
        selection.kind === Kind.INLINE_FRAGMENT
          ? selection
          : how.fragments.get(selection.name.value)
      return fragment === undefined || isCovered(fragment.selectionSet, how)
    }
    if (selection.name.value === '__typename') return true
    const inner = how.fetched.get((selection.alias ?? selection.name).value)
    if (inner === undefined) return false
    return !selection.selectionSet || isCovered(selection.selectionSet, { ...how, fetched: inner })
  })
}

/** Everything that the fetches of a plan ask for, at its place in the answer. */
function fetchedBy(plan: PlanNode | null): Tree {
  const root: Tree = new Map()
  visit(plan, [])
  return root

  function visit(node: PlanNode | null, path: PlanPath): void {
    switch (node?.kind) {
      case 'Fetch':
        addFetch(node, path)
        break
      case 'Flatten':
        visit(node.node, [...path, ...node.path])
        break
      case 'Sequence':
      case 'Parallel':
        for (const one of node.nodes) visit(one, path)
        break
      case 'Condition':
        for (const one of [node.whenOn, node.whenOff]) visit(one, path)
        break
    }
  }

  function addFetch(fetch: FetchNode, path: PlanPath): void {
    if (fetch.entities === null) add(treeAt(path), compileAskedFields(fetch))
    const asked = compileAskedOfEntities(fetch)
    fetch.entities?.forEach(({ paths }, index) => {
      for (const own of paths) add(treeAt([...path, ...own]), asked[index] ?? new Map())
    })
  }

  function treeAt(path: PlanPath): Tree {
    let tree = root
    for (const element of path) {
      if (typeof element === 'string' && element !== '@') tree = innerOf(tree, element)
    }
    return tree
  }
}

function add(tree: Tree, asked: AskedFields): void {
  for (const [name, inner] of asked) {
    const own = innerOf(tree, name)
    if (inner !== null) add(own, inner)
  }
}

function innerOf(tree: Tree, name: string): Tree {
  const known = tree.get(name) ?? new Map()
  tree.set(name, known)
  return known
}
