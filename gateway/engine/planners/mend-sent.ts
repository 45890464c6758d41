// Objects of several types that go to a subgraph in one fetch may need different fields with them. Apollo's planner sends of each
// what any of them needs, also where it asked some of them alone; the others lack it, and are not sent at all:
//
//   fetched   { any { ...on Alpha { id } ...on Beta { id title } } }
//   sent      ...on Alpha { id }  ...on Beta { id }  ...on Media { title }       for { about verdict }, which requires `title`
//   mended    ...on Beta { id }  ...on Beta { title }                            for { about verdict }
//             ...on Alpha { id }                                                 for { about }
import {
  type DocumentNode,
  type FieldNode,
  Kind,
  parse,
  print,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql'
import { isAskedOf, type Place, placeAt, readFetched } from './fetched.ts'
import type { Joined } from './joined.ts'
import { mapFetches } from './map-fetches.ts'
import { hasKey } from './mend-keys.ts'
import type { EntityRequest, FetchNode, PlanNode, PlanPath, RequiredSelection } from './plan.ts'
import { withoutSpreads } from './without-spreads.ts'
import { withoutUnused } from './without-unused.ts'

/** The same plan where every object has what it is sent with. */
export function mendSent(plan: PlanNode, joined: Joined): PlanNode {
  const { root } = readFetched(plan, joined)
  let isMended = false
  const mended = mapFetches(plan, (fetch, path) => {
    const parts = separate(fetch, path)
    isMended ||= parts.length > 1
    const [only] = parts
    return parts.length === 1 && only !== undefined ? only : { kind: 'Parallel', nodes: parts }
  })
  return isMended ? mended : plan

  function separate(fetch: FetchNode, path: PlanPath): FetchNode[] {
    const [request, another] = fetch.entities ?? []
    if (request === undefined || another !== undefined) return [fetch]
    const places = request.paths.map((own) => placeAt(root, [...path, ...own]))
    const { complete, incomplete, lacking } = readSent(request, { places, joined })
    if (complete.size === 0 || incomplete.size === 0) return [fetch]
    const less = without(fetch, { request, incomplete, lacking, joined })
    if (less === null) return [fetch]
    const requires = narrowed(request.requires, complete, joined)
    return [{ ...fetch, entities: [{ ...request, requires }] }, less]
  }
}

interface Sent {
  /** Names of object types. */
  readonly complete: ReadonlySet<string>
  readonly incomplete: ReadonlySet<string>
  /** Fields that are sent, and that nobody was asked for of those that are incomplete. */
  readonly lacking: ReadonlySet<string>
}

function readSent(
  { requires }: EntityRequest,
  { places, joined }: { places: readonly Place[]; joined: Joined },
): Sent {
  const all = new Set<string>()
  const incomplete = new Set<string>()
  const lacking = new Set<string>()
  for (const one of requires) {
    if (one.kind !== 'Fragment') continue
    for (const object of joined.allObjectsOf(one.type ?? '')) {
      if (!places.some(({ objects }) => objects.has(object))) continue
      all.add(object)
      for (const each of one.selections) {
        if (places.every((place) => isAskedOf(object, each, { place, joined }))) continue
        incomplete.add(object)
        if (each.kind === 'Field') lacking.add(each.as)
      }
    }
  }
  const complete = new Set([...all].filter((object) => !incomplete.has(object)))
  return { complete, incomplete, lacking }
}

/** The fetch for those that lack something, and for what does not need it. Null where nothing is left, or no key leads there. */
function without(
  fetch: FetchNode,
  {
    request,
    incomplete,
    lacking,
    joined,
  }: { request: EntityRequest; joined: Joined } & Pick<Sent, 'incomplete' | 'lacking'>,
): FetchNode | null {
  const sent = request.requires.map((one) =>
    one.kind === 'Field' ? one : { ...one, selections: one.selections.filter(isThere) },
  )
  const to = { subgraph: fetch.subgraph, joined }
  const known = new Set(
    [...incomplete].filter((object) => hasKey(object, { ...request, requires: sent }, to)),
  )
  const operation = withoutFields(fetch.operation, needsLacking)
  if (known.size === 0 || operation === null) return null
  return {
    ...fetch,
    operation: operation.text,
    variables: fetch.variables.filter((name) => operation.variables.has(name)),
    entities: [{ ...request, requires: narrowed(sent, known, joined) }],
  }

  function isThere(one: RequiredSelection): boolean {
    return one.kind === 'Fragment' || !lacking.has(one.as)
  }

  function needsLacking({ name }: FieldNode, type: string): boolean {
    const required = joined.fieldIn(type, name.value, fetch.subgraph)?.requires?.selections ?? []
    return required.some((one) => one.kind === Kind.FIELD && lacking.has(one.name.value))
  }
}

function narrowed(
  requires: readonly RequiredSelection[],
  objects: ReadonlySet<string>,
  joined: Joined,
): RequiredSelection[] {
  return requires.flatMap((one): RequiredSelection[] => {
    if (one.kind === 'Field') return [one]
    const own = [...joined.allObjectsOf(one.type ?? '')].filter((object) => objects.has(object))
    return own.map((type) => ({ ...one, type }))
  })
}

/** Without some fields of the entities. Null when none is left. */
function withoutFields(
  text: string,
  isLeftOut: (field: FieldNode, type: string) => boolean,
): { text: string; variables: ReadonlySet<string> } | null {
  const document = withoutSpreads(parse(text, { noLocation: true }))
  const left = withoutUnused({ ...document, definitions: document.definitions.map(leave) })
  const [operation] = left.definitions
  if (operation?.kind !== Kind.OPERATION_DEFINITION) return null
  const isEmpty = operation.selectionSet.selections.some((one) => isWithoutFields(one))
  const variables = (operation.variableDefinitions ?? []).map(({ variable }) => variable.name.value)
  return isEmpty ? null : { text: print(left), variables: new Set(variables) }

  function leave(one: DocumentNode['definitions'][number]) {
    if (one.kind !== Kind.OPERATION_DEFINITION) return one
    const selections = one.selectionSet.selections.map((field) =>
      field.kind === Kind.FIELD && field.selectionSet !== undefined
        ? { ...field, selectionSet: leaveIn(field.selectionSet, '_Entity') }
        : field,
    )
    return { ...one, selectionSet: { ...one.selectionSet, selections } }
  }

  function leaveIn(set: SelectionSetNode, type: string): SelectionSetNode {
    const selections = set.selections.flatMap((one): SelectionNode[] => {
      if (one.kind === Kind.FIELD) return isLeftOut(one, type) ? [] : [one]
      if (one.kind === Kind.FRAGMENT_SPREAD) return [one]
      const inner = leaveIn(one.selectionSet, one.typeCondition?.name.value ?? type)
      return inner.selections.length === 0 ? [] : [{ ...one, selectionSet: inner }]
    })
    return { ...set, selections }
  }
}

function isWithoutFields(one: SelectionNode): boolean {
  return one.kind === Kind.FIELD && one.selectionSet?.selections.length === 0
}
