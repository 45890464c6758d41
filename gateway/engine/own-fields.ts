// What the gateway answers by itself at the root of an operation needs no plan: `__typename`, `__schema` and `__type`.
import {
  type FragmentDefinitionNode,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql'

const OWN: ReadonlySet<string> = new Set(['__typename', '__schema', '__type'])

/** The operation without them; null when nothing else is left. */
export function withoutOwnFields(
  operation: OperationDefinitionNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
): OperationDefinitionNode | null {
  const selectionSet = reduceSet(operation.selectionSet)
  if (selectionSet.selections.length === 0) return null
  return selectionSet === operation.selectionSet ? operation : { ...operation, selectionSet }

  /** The same set when it has none. */
  function reduceSet(set: SelectionSetNode): SelectionSetNode {
    const selections = set.selections.flatMap(reduce)
    const isSame =
      selections.length === set.selections.length &&
      selections.every((selection, index) => selection === set.selections[index])
    return isSame ? set : { ...set, selections }
  }

  function reduce(selection: SelectionNode): readonly SelectionNode[] {
    if (selection.kind === Kind.FIELD) return OWN.has(selection.name.value) ? [] : [selection]
    const fragment =
      selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments.get(selection.name.value)
    if (fragment === undefined) throw new Error('an unknown fragment passed validation')
    const reduced = reduceSet(fragment.selectionSet)
    if (reduced === fragment.selectionSet) return [selection]
    if (reduced.selections.length === 0) return []
    const { directives = [] } = selection
    const { typeCondition } = fragment
    return [
      {
        kind: Kind.INLINE_FRAGMENT,
        ...(typeCondition && { typeCondition }),
        directives,
        selectionSet: reduced,
      },
    ]
  }
}
