// What an object is sent with, for a field that requires others (`@requires`), has to be what was asked for with those arguments.
// Hive's planner names the wrong one where two fields require more than one field with different arguments:
//
//   asked     { label(n: 0)  _internal_qp_alias_0: label }
//   sent      label, for a field that requires `label`         it would be computed from label(n: 0)
//   mended    _internal_qp_alias_0 as label
//
// Now and then it sends nothing of what is required: what was asked for is sent with it.
import {
  type FieldNode,
  type FragmentDefinitionNode,
  Kind,
  parse,
  type SelectionSetNode,
} from 'graphql'
import { fragmentsOf } from '../../operation/select.ts'
import { type Objects, type Place, placeAt, readFetched, textOfField } from './fetched.ts'
import type { Joined } from './joined.ts'
import { mapFetches } from './map-fetches.ts'
import { onlyRequests } from './only-requests.ts'
import type { EntityRequest, FetchNode, PlanNode, PlanPath, RequiredSelection } from './plan.ts'
import { UnsupportedOperation } from './planner.ts'

/** @throws UnsupportedOperation where nobody was asked for what is required */
export function mendRequires(plan: PlanNode, joined: Joined): PlanNode {
  if (!joined.hasRequired) return plan
  const { root } = readFetched(plan, joined)
  return mapFetches(plan, mendFetch)

  function mendFetch(fetch: FetchNode, path: PlanPath): PlanNode {
    if (fetch.entities === null) return fetch
    const required = readRequired(fetch, joined)
    if (required.size === 0) return fetch
    const entities = fetch.entities.map((request) => {
      const own = required.get(request.alias) ?? []
      return own.length === 0 ? request : mendRequest(request, own, path)
    })
    return separated({ ...fetch, entities })
  }

  function mendRequest(
    request: EntityRequest,
    required: readonly Required[],
    path: PlanPath,
  ): EntityRequest {
    const places = request.paths.map((own) => placeAt(root, [...path, ...own]))
    return { ...request, requires: request.requires.map((one) => mendSelection(one, places)) }

    function mendSelection(one: RequiredSelection, at: readonly Place[]): RequiredSelection {
      if (one.kind === 'Field') return one
      const objects = joined.allObjectsOf(one.type ?? '')
      const own = required.filter(({ type }) => meet(joined.allObjectsOf(type), objects))
      const sets = own.map(({ selections }) => selections)
      const sent = one.selections.map((each) => named(each, { sets, objects, at }))
      return { ...one, selections: [...sent, ...lacking(sent, { sets, objects, at })] }
    }
  }
}

interface Sent {
  /** What is required here. */
  readonly sets: readonly SelectionSetNode[]
  /** Of these objects; null below the first level: of whichever stand there. */
  readonly objects: Objects | null
  readonly at: readonly Place[]
}

function named(one: RequiredSelection, { sets, objects, at }: Sent): RequiredSelection {
  if (one.kind === 'Fragment') {
    return { ...one, selections: one.selections.map((each) => named(each, { sets, objects, at })) }
  }
  const wanted = sets.flatMap((set) => fieldsNamed(set, one.as))
  const [text, ...others] = new Set(wanted.map(textOfField))
  // Nothing requires it: it is a part of the key.
  if (text === undefined) return one
  if (others.length > 0) throw clash(one.as)
  const [name, ...differing] = new Set(at.map((place) => nameAt(place, { one, text, objects })))
  if (name === undefined || differing.length > 0) throw clash(one.as)
  if (one.selections === null) return { ...one, name }
  const inner = wanted.flatMap(({ selectionSet }) => selectionSet ?? [])
  const below = at.flatMap(({ fields }) => fields.get(name)?.place ?? [])
  const selections = one.selections.map((each) =>
    named(each, { sets: inner, objects: null, at: below }),
  )
  return { ...one, name, selections }
}

/** What is required of an object, and not sent. */
function lacking(
  sent: readonly RequiredSelection[],
  { sets, objects, at }: Sent,
): RequiredSelection[] {
  const known = new Set(namesSent(sent))
  const fields = sets.flatMap(({ selections }) =>
    selections.filter((one) => one.kind === Kind.FIELD),
  )
  return fields.flatMap((field) => {
    const as = field.name.value
    if (known.has(as)) return []
    known.add(as)
    if (!at.every((place) => hasAsked(place, field))) throw clash(as)
    const selections = field.selectionSet ? requiredOf(field.selectionSet) : null
    return [named({ kind: 'Field', name: as, as, selections }, { sets, objects, at })]
  })
}

function namesSent(sent: readonly RequiredSelection[]): string[] {
  return sent.flatMap((one) => (one.kind === 'Field' ? [one.as] : namesSent(one.selections)))
}

function hasAsked({ fields }: Place, field: FieldNode): boolean {
  const text = textOfField(field)
  return [...fields.values()].some(({ asked }) => asked.has(text))
}

function requiredOf({ selections }: SelectionSetNode): RequiredSelection[] {
  return selections.flatMap((one): RequiredSelection[] => {
    if (one.kind === Kind.FRAGMENT_SPREAD) return []
    const inner = one.selectionSet ? requiredOf(one.selectionSet) : null
    if (one.kind === Kind.FIELD) {
      const name = one.name.value
      return [{ kind: 'Field', name, as: name, selections: inner }]
    }
    const type = one.typeCondition?.name.value ?? null
    return [{ kind: 'Fragment', type, skipIf: null, includeIf: null, selections: inner ?? [] }]
  })
}

interface Sought {
  readonly one: { readonly name: string; readonly as: string }
  readonly text: string
  readonly objects: Objects | null
}

/** The name by which a field came with these arguments. */
function nameAt(place: Place, { one, text, objects }: Sought): string {
  const own = textsOf(place, one.name, objects)
  // No fetch was asked for it here: it came with the object.
  if (own.length === 0 && !one.name.startsWith('_internal_qp_alias_')) return one.name
  if (isThat(own)) return one.name
  for (const name of place.fields.keys()) {
    if (isThat(textsOf(place, name, objects))) return name
  }
  throw clash(one.as)

  function isThat(texts: readonly string[]): boolean {
    return objects === null ? texts.includes(text) : texts.length === 1 && texts[0] === text
  }
}

function textsOf(place: Place, name: string, objects: Objects | null): readonly string[] {
  const asked = [...(place.fields.get(name)?.asked ?? [])]
  return asked.flatMap(([text, of]) => (objects === null || meet(of, objects) ? [text] : []))
}

function clash(field: string): UnsupportedOperation {
  const detail = `"${field}" is required with other arguments than it was asked for`
  return new UnsupportedOperation('REQUIRED_WITH_OTHER_ARGUMENTS', detail)
}

function meet(some: Objects, others: Objects): boolean {
  return [...some].some((one) => others.has(one))
}

interface Required {
  readonly type: string
  readonly selections: SelectionSetNode
}

/** By alias of `_entities`: what the fields that are asked for require, and of which type. */
function readRequired(fetch: FetchNode, joined: Joined): ReadonlyMap<string, readonly Required[]> {
  const document = parse(fetch.operation, { noLocation: true })
  const fragments: ReadonlyMap<string, FragmentDefinitionNode> = fragmentsOf(document)
  const required = new Map<string, Required[]>()
  for (const definition of document.definitions) {
    if (definition.kind !== Kind.OPERATION_DEFINITION) continue
    for (const one of definition.selectionSet.selections) {
      if (one.kind !== Kind.FIELD || one.selectionSet === undefined) continue
      const found = requiredIn(one.selectionSet, '_Entity')
      if (found.length > 0) required.set((one.alias ?? one.name).value, found)
    }
  }
  return required

  function requiredIn({ selections }: SelectionSetNode, type: string): Required[] {
    return selections.flatMap((one) => {
      if (one.kind === Kind.FIELD) {
        const own = joined.fieldIn(type, one.name.value, fetch.subgraph)?.requires ?? null
        return own === null ? [] : [{ type, selections: own }]
      }
      const fragment = one.kind === Kind.INLINE_FRAGMENT ? one : fragments.get(one.name.value)
      if (fragment === undefined) return []
      return requiredIn(fragment.selectionSet, fragment.typeCondition?.name.value ?? type)
    })
  }
}

function fieldsNamed({ selections }: SelectionSetNode, name: string): FieldNode[] {
  return selections.flatMap((one) => {
    if (one.kind === Kind.INLINE_FRAGMENT) return fieldsNamed(one.selectionSet, name)
    return one.kind === Kind.FIELD && one.name.value === name ? [one] : []
  })
}

/** Requests that sent one list, and now send different ones, are fetches of their own. */
function separated(fetch: FetchNode): PlanNode {
  const entities = fetch.entities ?? []
  const lists = new Map(entities.map((one) => [one.variable, JSON.stringify(one.requires)]))
  const isOne = entities.every((one) => lists.get(one.variable) === JSON.stringify(one.requires))
  if (isOne) return fetch
  return { kind: 'Parallel', nodes: entities.map((one) => onlyRequests(fetch, [one])) }
}
