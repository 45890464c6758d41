// An operation without fragments that have names. What a planner wrote once, as such a fragment, may need other names at each place:
// there it stands as a copy, of which no node stands anywhere else.
import {
  type DocumentNode,
  type FragmentDefinitionNode,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql'
import { fragmentsOf } from '../../operation/select.ts'

export function withoutSpreads(document: DocumentNode): DocumentNode {
  const fragments: ReadonlyMap<string, FragmentDefinitionNode> = fragmentsOf(document)
  if (fragments.size === 0) return document
  const definitions = document.definitions.flatMap((one) =>
    one.kind === Kind.OPERATION_DEFINITION
      ? [{ ...one, selectionSet: copyOf(one.selectionSet) }]
      : [],
  )
  return { ...document, definitions }

  function copyOf(set: SelectionSetNode): SelectionSetNode {
    return { ...set, selections: set.selections.flatMap(copyOfOne) }
  }

  function copyOfOne(one: SelectionNode): readonly SelectionNode[] {
    if (one.kind !== Kind.FRAGMENT_SPREAD) {
      return [one.selectionSet ? { ...one, selectionSet: copyOf(one.selectionSet) } : { ...one }]
    }
    const fragment = fragments.get(one.name.value)
    if (fragment === undefined) return []
    const { typeCondition, selectionSet } = fragment
    const { directives = [] } = one
    return [
      { kind: Kind.INLINE_FRAGMENT, typeCondition, directives, selectionSet: copyOf(selectionSet) },
    ]
  }
}
