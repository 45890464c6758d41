// Whether a plan asks for all that an operation does, of every object that may stand there: what it leaves out would be missing
// in the answer.
import {
  type DocumentNode,
  type FragmentDefinitionNode,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql'
import { fragmentsOf } from '../../operation/select.ts'
import type { Objects, Place } from './fetched.ts'
import type { Joined } from './joined.ts'

/** A field that nobody is asked for: of some object that may stand there, or where no object is known at all. */
export interface Uncovered {
  readonly field: string
  readonly isNobodys: boolean
}

interface Walk {
  readonly joined: Joined
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>
}

/** Null when all is asked for. */
export function findUncovered(
  fetched: Place,
  document: DocumentNode,
  joined: Joined,
): Uncovered | null {
  const operation = document.definitions.find(
    (one): one is OperationDefinitionNode => one.kind === Kind.OPERATION_DEFINITION,
  )
  if (operation === undefined) return null
  const walk = { joined, fragments: fragmentsOf(document) }
  const type = operation.operation === 'mutation' ? 'Mutation' : 'Query'
  return findIn(operation.selectionSet, { objects: new Set([type]), place: fetched }, walk)
}

function findIn(
  { selections }: SelectionSetNode,
  at: { readonly objects: Objects; readonly place: Place },
  walk: Walk,
): Uncovered | null {
  for (const selection of selections) {
    if (selection.kind === Kind.FIELD) {
      if (selection.name.value === '__typename') continue
      const found = findBelow((selection.alias ?? selection.name).value, at)
      const uncovered = found ?? findInside(selection.selectionSet)
      if (uncovered !== null) return uncovered
      continue

      function findInside(set: SelectionSetNode | undefined): Uncovered | null {
        if (selection.kind !== Kind.FIELD || set === undefined) return null
        const place = at.place.fields.get((selection.alias ?? selection.name).value)?.place
        return place === undefined ? null : findIn(set, { objects: place.objects, place }, walk)
      }
    }
    const fragment =
      selection.kind === Kind.INLINE_FRAGMENT ? selection : walk.fragments.get(selection.name.value)
    if (fragment === undefined) continue
    const condition = fragment.typeCondition?.name.value
    const objects = condition === undefined ? at.objects : narrowed(at.objects, condition, walk)
    const isPossible = objects.size > 0 || at.objects.size === 0
    const found = isPossible ? findIn(fragment.selectionSet, { ...at, objects }, walk) : null
    if (found !== null) return found
  }
  return null
}

function findBelow(
  field: string,
  { objects, place }: { readonly objects: Objects; readonly place: Place },
): Uncovered | null {
  const known = place.fields.get(field)
  const isRoot = objects.has('Query') || objects.has('Mutation')
  if (known === undefined) return { field, isNobodys: objects.size === 0 || isRoot }
  return [...objects].every((one) => known.of.has(one)) ? null : { field, isNobodys: false }
}

function narrowed(objects: Objects, condition: string, { joined }: Walk): Objects {
  const possible = joined.allObjectsOf(condition)
  return new Set([...objects].filter((one) => possible.has(one)))
}
