// Everything that the fetches of a plan ask for, at its place in the answer, and of which objects.
//
//   plan      { media { __typename id } } of one;  `... on Media { stars }` of two, for those at `media` that are a Beta
//   fetched   media ─ may be Alpha, Beta ─┬─ id     of Alpha, Beta
//                                         └─ stars  of Beta
import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  Kind,
  type OperationDefinitionNode,
  parse,
  print,
  type SelectionSetNode,
} from 'graphql'
import { fragmentsOf } from '../../operation/select.ts'
import { createIsBefore, eachFetch } from './each-fetch.ts'
import type { Joined } from './joined.ts'
import type {
  EntityRequest,
  FetchNode,
  PathElement,
  PlanNode,
  PlanPath,
  PlanRewrite,
  RequiredSelection,
} from './plan.ts'

/** Names of object types. */
export type Objects = ReadonlySet<string>

/** A place in the answer, whatever lists it is in. */
export interface Place {
  /** Types of which an object there may be, as the subgraphs that are asked for it know them. */
  objects: Objects
  readonly fields: Map<string, FetchedField>
}

export interface FetchedField {
  of: Objects
  readonly place: Place
  /** Each field that comes by this name, with its arguments, and of which objects. */
  readonly asked: Map<string, Objects>
  /** The fetches that ask for it. */
  readonly by: Set<FetchNode>
}

export interface Fetched {
  readonly root: Place
  /** A field that an entity is sent with, and that no fetch before asked for; null when there is none. */
  readonly lacking: string | null
  /** A name by which two fetches ask one object for different things; null when there is none. */
  readonly overwritten: string | null
}

export function readFetched(plan: PlanNode | null, joined: Joined): Fetched {
  const root: Place = { objects: new Set(['Query', 'Mutation']), fields: new Map() }
  let lacking: string | null = null
  const isBefore = createIsBefore(plan)
  const renamed = new Set<string>()
  eachFetch(plan, addFetch)
  return { root, lacking, overwritten: findOverwritten(root, renamed) }

  function addFetch(fetch: FetchNode, path: PlanPath): void {
    const document = parse(fetch.operation, { noLocation: true })
    const reader = { fetch, fragments: fragmentsOf(document), joined }
    const { selectionSet } = operationOf(document)
    if (fetch.entities === null) {
      const place = placeAt(root, path)
      addSelections(selectionSet, { type: 'Query', of: place.objects, place }, reader)
      for (const one of fetch.outputRewrites) renameAt(place, one)
      return
    }
    for (const request of fetch.entities) addEntities(selectionSet, { request, path }, reader)
  }

  function addEntities(
    { selections }: SelectionSetNode,
    { request, path }: { request: EntityRequest; path: PlanPath },
    reader: Reader,
  ): void {
    const asked = selections.find(
      (one) => one.kind === Kind.FIELD && (one.alias ?? one.name).value === request.alias,
    )
    if (asked?.kind !== Kind.FIELD || asked.selectionSet === undefined) return
    for (const own of request.paths) {
      const whole = [...path, ...own]
      const place = placeAt(root, whole)
      lacking ??= findLacking(request.requires, place, (by) => isBefore(by, reader.fetch))
      const sent = sentObjects(request.requires, { place, joined })
      const of = objectsAtEnd(whole, joined)
      const both = of === null ? sent : intersection(sent, of)
      addSelections(asked.selectionSet, { type: '_Entity', of: both, place }, reader)
      for (const one of request.outputRewrites) renameAt(place, one)
    }
  }

  function renameAt(place: Place, rewrite: PlanRewrite): void {
    rename(place, rewrite)
    const name = rewrite.path.at(-1)
    if (rewrite.kind === 'Rename' && typeof name === 'string') renamed.add(name)
  }
}

/** What is renamed in each answer comes into the data by another name. */
function findOverwritten({ fields }: Place, renamed: ReadonlySet<string>): string | null {
  for (const [name, { asked, place }] of fields) {
    const found = findOverwritten(place, renamed)
    if (found !== null) return found
    if (renamed.has(name)) continue
    const [first, ...others] = asked.values()
    if (others.length > 0 && !areApart([first ?? new Set(), ...others])) return name
  }
  return null
}

function areApart(all: readonly Objects[]): boolean {
  return all.every((one, index) =>
    all.slice(index + 1).every((other) => intersection(one, other).size === 0),
  )
}

interface Reader {
  readonly fetch: FetchNode
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>
  readonly joined: Joined
}

function addSelections(
  { selections }: SelectionSetNode,
  { type, of, place }: { type: string; of: Objects; place: Place },
  reader: Reader,
): void {
  const { fetch, fragments, joined } = reader
  const { subgraph } = fetch
  for (const selection of selections) {
    if (selection.kind === Kind.FIELD) {
      const field = selection.name.value
      const name = (selection.alias ?? selection.name).value
      const known = place.fields.get(name) ?? emptyField()
      known.of = union(known.of, of)
      known.by.add(fetch)
      const text = textOfField(selection)
      known.asked.set(text, union(known.asked.get(text) ?? new Set(), of))
      place.fields.set(name, known)
      const parents = type === '_Entity' ? [...of] : [type]
      if (selection.selectionSet === undefined) continue
      for (const parent of parents) {
        const inner = namedType(parent, { field, of }, joined)
        const objects = joined.objectsOf(inner, subgraph)
        known.place.objects = union(known.place.objects, objects)
        const at = { type: inner, of: objects, place: known.place }
        addSelections(selection.selectionSet, at, reader)
      }
      continue
    }
    const fragment =
      selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments.get(selection.name.value)
    if (fragment === undefined) continue
    const condition = fragment.typeCondition?.name.value ?? type
    const possible = joined.objectsOf(condition, subgraph)
    const at = { type: condition, of: condition === type ? of : intersection(of, possible), place }
    addSelections(fragment.selectionSet, at, reader)
  }
}

/** What is sent and was asked for by no fetch that is over by then. */
function findLacking(
  requires: readonly RequiredSelection[],
  place: Place,
  isOver: (fetch: FetchNode) => boolean,
): string | null {
  for (const one of requires) {
    if (one.kind === 'Fragment') {
      const found = findLacking(one.selections, place, isOver)
      if (found !== null) return found
      continue
    }
    if (one.name === '__typename') continue
    const known = place.fields.get(one.name)
    if (known === undefined || ![...known.by].some(isOver)) return one.name
    const found = findLacking(one.selections ?? [], known.place, isOver)
    if (found !== null) return found
  }
  return null
}

/** An interface that is an object in a subgraph has fields there that its declaration lacks: one of its objects has them. */
function namedType(
  type: string,
  { field, of }: { field: string; of: Objects },
  joined: Joined,
): string {
  const roots = type === 'Query' ? ['Query', 'Mutation'] : [type]
  const found = [...roots, ...of].map((one) => joined.namedType(one, field))
  return found.find((one) => one !== '') ?? ''
}

/** The rewrites of an answer give fields their names back. */
function rename(at: Place, rewrite: PlanRewrite): void {
  if (rewrite.kind !== 'Rename') return
  const path = rewrite.path.filter((one) => typeof one === 'string')
  const name = path.pop() ?? ''
  const { fields } = placeAt(at, path)
  const renamed = fields.get(name)
  if (renamed === undefined) return
  const known = fields.get(rewrite.to)
  fields.set(rewrite.to, known === undefined ? renamed : uniteFields(known, renamed))
}

function uniteFields(one: FetchedField, other: FetchedField): FetchedField {
  const asked = new Map(one.asked)
  for (const [text, of] of other.asked) asked.set(text, union(asked.get(text) ?? new Set(), of))
  const by = new Set([...one.by, ...other.by])
  return { of: union(one.of, other.of), place: unite(one.place, other.place), asked, by }
}

function unite(one: Place, other: Place): Place {
  const all: Place = { objects: union(one.objects, other.objects), fields: new Map(one.fields) }
  for (const [name, field] of other.fields) {
    const known = all.fields.get(name)
    all.fields.set(name, known === undefined ? field : uniteFields(known, field))
  }
  return all
}

/** `label(n: 0)`: a field with its arguments, however they are ordered. */
export function textOfField({ name, arguments: given = [] }: FieldNode): string {
  if (given.length === 0) return name.value
  const args = given.map((one) => `${one.name.value}: ${print(one.value)}`)
  return `${name.value}(${args.sort().join(', ')})`
}

export function placeAt(root: Place, path: PlanPath): Place {
  let place = root
  for (const element of path) {
    if (typeof element !== 'string' || element === '@') continue
    const known = place.fields.get(element) ?? emptyField()
    place.fields.set(element, known)
    place = known.place
  }
  return place
}

/** Types that a path asks of the objects at its end; null for any. */
function objectsAtEnd(path: PlanPath, joined: Joined): Objects | null {
  const isFilter = (one: PathElement) => typeof one !== 'string'
  const end = path.findLastIndex((one) => one !== '@' && !isFilter(one))
  const filters = path.slice(end + 1).filter(isFilter) as (readonly string[])[]
  if (filters.length === 0) return null
  const objects = filters.map(
    (types) => new Set(types.flatMap((one) => [...joined.allObjectsOf(one)])),
  )
  return objects.reduce<Objects>(intersection, objects[0] ?? new Set())
}

/** Objects of other types are not sent, nor those of which something that is sent was not asked for. */
function sentObjects(
  requires: readonly RequiredSelection[],
  { place, joined }: { place: Place; joined: Joined },
): Objects {
  const sent = new Set<string>()
  const incomplete = new Set<string>()
  for (const one of requires) {
    if (one.kind !== 'Fragment') continue
    for (const object of joined.allObjectsOf(one.type ?? '')) {
      sent.add(object)
      if (!one.selections.every((each) => isAskedOf(object, each, { place, joined })))
        incomplete.add(object)
    }
  }
  return new Set([...sent].filter((one) => !incomplete.has(one)))
}

/** Whether some fetch asked objects of this type for what is sent of them. */
export function isAskedOf(
  object: string,
  one: RequiredSelection,
  at: { readonly place: Place; readonly joined: Joined },
): boolean {
  if (one.kind === 'Fragment') {
    const isOfOthers = one.type !== null && !at.joined.allObjectsOf(one.type).has(object)
    return isOfOthers || one.selections.every((each) => isAskedOf(object, each, at))
  }
  return one.name === '__typename' || at.place.fields.get(one.name)?.of.has(object) === true
}

function operationOf({ definitions }: DocumentNode): OperationDefinitionNode {
  const operation = definitions.find((one) => one.kind === Kind.OPERATION_DEFINITION)
  if (operation?.kind !== Kind.OPERATION_DEFINITION) throw new Error('a fetch without an operation')
  return operation
}

function emptyField(): FetchedField {
  return { of: new Set(), place: emptyPlace(), asked: new Map(), by: new Set() }
}

function emptyPlace(): Place {
  return { objects: new Set(), fields: new Map() }
}

function union(one: Objects, other: Objects): Objects {
  if (one.size === 0) return other
  return new Set([...one, ...other])
}

function intersection(one: Objects, other: Objects): Objects {
  return new Set([...one].filter((name) => other.has(name)))
}
