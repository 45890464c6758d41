// How many fields of a document have to be compared with each other, because they share a place in the answer.
//
// That fields of one name can be merged (spec section 5.3.2) is checked in pairs: forty copies of a field, each of which selects
// one field forty times, are six kilobytes and more than a million pairs.
import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  Kind,
  type SelectionSetNode,
} from 'graphql'
import type { OperationLimits } from './limits.ts'
import { fragmentsOf } from './select.ts'
import { tooComplex } from './too-complex.ts'

/**
 * @param document Measured: its fragments have no cycles.
 * @throws GatewayError OPERATION_TOO_COMPLEX
 */
export function boundComparisons(document: DocumentNode, limits: OperationLimits): void {
  const fragments = fragmentsOf(document)
  let comparisons = 0
  for (const definition of document.definitions) {
    if ('selectionSet' in definition) addSets([definition.selectionSet])
  }

  /** Whatever these sets select is one object of the answer. */
  function addSets(sets: readonly SelectionSetNode[]): void {
    const places = new Map<string, FieldNode[]>()
    for (const set of sets) collect(set, places)
    for (const nodes of places.values()) {
      add((nodes.length * (nodes.length - 1)) / 2)
      const below = nodes.flatMap(({ selectionSet }) => selectionSet ?? [])
      if (below.length > 0) addSets(below)
    }
  }

  function collect(set: SelectionSetNode, places: Map<string, FieldNode[]>): void {
    for (const selection of set.selections) {
      if (selection.kind === Kind.FIELD) {
        add(1)
        const name = (selection.alias ?? selection.name).value
        const known = places.get(name)
        if (known === undefined) places.set(name, [selection])
        else known.push(selection)
        continue
      }
      const fragment: { readonly selectionSet: SelectionSetNode } | undefined =
        selection.kind === Kind.INLINE_FRAGMENT ? selection : fragmentOf(selection.name.value)
      if (fragment !== undefined) collect(fragment.selectionSet, places)
    }
  }

  function fragmentOf(name: string): FragmentDefinitionNode | undefined {
    add(1)
    return fragments.get(name)
  }

  function add(more: number): void {
    comparisons += more
    if (comparisons <= limits.comparisons) return
    throw tooComplex('fields to compare with each other', {
      limit: 'comparisons',
      value: comparisons,
      maximum: limits.comparisons,
    })
  }
}
