// Whether a plan asks for all that an operation does, of every object that may stand there: what it leaves out would be missing
// in the answer.
import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql'
import { fragmentsOf } from '../../operation/select.ts'
import type { Objects, Place } from './fetched.ts'
import type { Joined } from './joined.ts'

interface Walk {
  readonly joined: Joined
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>
}

interface At {
  readonly objects: Objects
  readonly place: Place
}

/** A field that is not asked for, of some object that may stand there. Null when all is asked for. */
export function findUncovered(
  fetched: Place,
  document: DocumentNode,
  joined: Joined,
): string | null {
  const operation = document.definitions.find(
    (one): one is OperationDefinitionNode => one.kind === Kind.OPERATION_DEFINITION,
  )
  if (operation === undefined) return null
  const walk = { joined, fragments: fragmentsOf(document) }
  const type = operation.operation === 'mutation' ? 'Mutation' : 'Query'
  return findIn(operation.selectionSet, { objects: new Set([type]), place: fetched }, walk)
}

function findIn({ selections }: SelectionSetNode, at: At, walk: Walk): string | null {
  for (const selection of selections) {
    if (selection.kind === Kind.FIELD) {
      if (selection.name.value === '__typename') continue
      const uncovered = findBelow(selection, at) ?? findInside(selection, at, walk)
      if (uncovered !== null) return uncovered
      continue
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

function findBelow({ alias, name }: FieldNode, { objects, place }: At): string | null {
  const known = place.fields.get((alias ?? name).value)
  const isAsked = known !== undefined && [...objects].every((one) => known.of.has(one))
  return isAsked ? null : name.value
}

function findInside({ alias, name, selectionSet }: FieldNode, at: At, walk: Walk): string | null {
  const place = at.place.fields.get((alias ?? name).value)?.place
  if (selectionSet === undefined || place === undefined) return null
  // Two objects at one place may have fields of one name, with objects of other types behind them.
  const behind = [...at.objects].flatMap((one) => [...walk.joined.objectsBehind(one, name.value)])
  // It can be nothing but null.
  if (at.objects.size > 0 && behind.length === 0) return null
  const own = new Set(behind.filter((one) => place.objects.has(one)))
  return findIn(selectionSet, { objects: own.size === 0 ? place.objects : own, place }, walk)
}

function narrowed(objects: Objects, condition: string, { joined }: Walk): Objects {
  const possible = joined.allObjectsOf(condition)
  return new Set([...objects].filter((one) => possible.has(one)))
}
