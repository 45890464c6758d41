// Writes the operation of a fetch so that its subgraph takes it: a planner breaks rules of the GraphQL specification now and then.
//
// Objects have to have a selection (section 5.3.3): one without gets `__typename`.
// Fragments have to be possible (section 5.5.2.3): `... on Alpha` where a Beta stands is left out.
// A root type may have another name in a subgraph: `... on Query` where a Query stands is `...`.
// Fields have to merge (section 5.3.2): where they cannot, they get other names.
//
// A planner writes a field of an interface once for each object, whose own fields may have other types:
//   client     { named { label } }                                               Named.label: String
//   planner    { named { ...on Alpha { label } ...on Beta { label } } }          Alpha.label: String!, Beta.label: String
//   sent       { named { ...on Alpha { label } ...on Beta { sallyport_type_0: label } } }
import {
  type DocumentNode,
  type FieldNode,
  type InterfaceTypeDefinitionNode,
  Kind,
  type ObjectTypeDefinitionNode,
  type OperationDefinitionNode,
  parse,
  print,
  type SelectionNode,
  type SelectionSetNode,
  type TypeNode,
  visit,
} from 'graphql'
import { readArguments } from '../../supergraph/links.ts'
import type { Pieces } from '../../supergraph/slices.ts'
import { isAnswered, nameIn } from './joined.ts'
import { mapFetches } from './map-fetches.ts'
import type { FetchNode, PlanNode, PlanRewrite } from './plan.ts'
import { UnsupportedOperation } from './planner.ts'
import { withoutSpreads } from './without-spreads.ts'
import { withoutUnused } from './without-unused.ts'

const PREFIX = 'sallyport_type_'

/** @throws UnsupportedOperation where a subgraph would answer what another has taken over */
export type MendFetches = (node: PlanNode) => PlanNode

/** @param supergraph its SDL, which says where a subgraph has another type for a field */
export function* createMendFetches(supergraph: DocumentNode): Pieces<MendFetches> {
  const types = yield* readFieldTypes(supergraph)
  return (node) => mapFetches(node, (fetch) => mendFetch(fetch, types))
}

/** A selection set and the type that it stands on. */
interface Part {
  readonly type: string
  readonly set: SelectionSetNode
}

interface Selected {
  readonly node: FieldNode
  readonly type: string
}

interface Renamed {
  readonly path: readonly string[]
  readonly to: string
}

function mendFetch(fetch: FetchNode, types: FieldTypes): FetchNode {
  const document = withoutSpreads(parse(fetch.operation, { noLocation: true }))
  const operation = document.definitions.find(
    (one): one is OperationDefinitionNode => one.kind === Kind.OPERATION_DEFINITION,
  )
  if (operation === undefined) return fetch
  const aliases = new Map<FieldNode, string>()
  const impossible = new Set<SelectionNode>()
  const bare = new Set<FieldNode>()
  const needless = new Set<SelectionNode>()
  const renamed: Renamed[] = []
  const root = operation.operation === 'mutation' ? 'Mutation' : 'Query'
  separate([{ type: root, set: operation.selectionSet }], [])
  const isRight = [aliases, impossible, bare, needless].every(({ size }) => size === 0)
  if (isRight) return fetch
  const mended = visit(document, {
    InlineFragment(node) {
      if (impossible.has(node)) return null
      return needless.has(node) ? { ...node, typeCondition: undefined } : undefined
    },
    SelectionSet: {
      leave: (node) =>
        node.selections.length > 0 ? undefined : { ...node, selections: [TYPENAME] },
    },
    Field(node) {
      const value = aliases.get(node)
      if (value === undefined && !bare.has(node)) return undefined
      return {
        ...node,
        ...(value !== undefined && { alias: { kind: Kind.NAME, value } as const }),
        ...(bare.has(node) && { selectionSet: JUST_TYPENAME }),
      }
    },
  })
  return withRewrites({ ...fetch, operation: print(withoutUnused(mended)) }, renamed)

  /** What stands deeper is renamed back first: paths are those of what came. */
  function separate(parts: readonly Part[], path: readonly string[]): void {
    const fields = new Map<string, Selected[]>()
    for (const part of parts) collect(part, fields)
    for (const [name, selected] of fields) {
      const shapes = byShape(selected)
      let isFirst = true
      for (const same of shapes.values()) {
        const own = isFirst ? name : `${PREFIX}${aliases.size}`
        if (!isFirst) for (const { node } of same) aliases.set(node, own)
        separate(same.flatMap(innerParts), [...path, own])
        if (!isFirst) renamed.push({ path: [...path, own], to: name })
        isFirst = false
      }
    }
  }

  function byShape(selected: readonly Selected[]): ReadonlyMap<string, readonly Selected[]> {
    const shapes = new Map<string, Selected[]>()
    for (const one of selected) {
      const field = one.node.name.value
      const shape = types.shapeOf({ type: one.type, field, subgraph: fetch.subgraph })
      shapes.set(shape, [...(shapes.get(shape) ?? []), one])
    }
    return shapes
  }

  function collect({ type, set }: Part, into: Map<string, Selected[]>): void {
    for (const selection of set.selections) {
      if (selection.kind === Kind.FIELD) {
        const name = (selection.alias ?? selection.name).value
        const known = into.get(name) ?? []
        if (types.isOverridden({ type, field: selection.name.value, subgraph: fetch.subgraph })) {
          const detail = `"${type}.${selection.name.value}" is another subgraph's for some objects`
          throw new UnsupportedOperation('FIELD_NOT_PROVIDED', detail)
        }
        if (types.isBare({ type, node: selection })) bare.add(selection)
        into.set(name, [...known, { node: selection, type }])
        continue
      }
      if (selection.kind === Kind.FRAGMENT_SPREAD) continue
      const condition = selection.typeCondition?.name.value ?? type
      if (selection.typeCondition && ROOT_TYPES.has(condition) && condition === type)
        needless.add(selection)
      if (!types.mayBe(type, condition)) {
        impossible.add(selection)
        continue
      }
      collect({ type: condition, set: selection.selectionSet }, into)
    }
  }

  function innerParts({ node, type }: Selected): Part[] {
    if (!node.selectionSet) return []
    return [{ type: types.namedOf(type, node.name.value), set: node.selectionSet }]
  }
}

const ROOT_TYPES: ReadonlySet<string> = new Set(['Query', 'Mutation'])
const TYPENAME: FieldNode = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: '__typename' } }
const JUST_TYPENAME: SelectionSetNode = { kind: Kind.SELECTION_SET, selections: [TYPENAME] }

function withRewrites(fetch: FetchNode, renamed: readonly Renamed[]): FetchNode {
  const rewrite = ({ path, to }: Renamed): PlanRewrite => ({ kind: 'Rename', path, to })
  if (fetch.entities === null) {
    return { ...fetch, outputRewrites: [...renamed.map(rewrite), ...fetch.outputRewrites] }
  }
  return {
    ...fetch,
    entities: fetch.entities.map((one) => {
      const own = renamed
        .filter(({ path }) => path[0] === one.alias)
        .map(({ path, to }) => rewrite({ path: path.slice(1), to }))
      return { ...one, outputRewrites: [...own, ...one.outputRewrites] }
    }),
  }
}

interface FieldTypes {
  /** Equal for fields that may have one name: lists, nulls, and which leaf. */
  shapeOf(at: { type: string; field: string; subgraph: string }): string
  namedOf(type: string, field: string): string
  /** Whether it is an object, of which nothing is selected. */
  isBare(at: { type: string; node: FieldNode }): boolean
  /** Whether a subgraph, asked for an interface's field, would answer for an object what another has taken over (`@override`). */
  isOverridden(at: { type: string; field: string; subgraph: string }): boolean
  /** False where both are objects, and not the same. */
  mayBe(type: string, condition: string): boolean
}

function* readFieldTypes(supergraph: DocumentNode): Pieces<FieldTypes> {
  const composites = new Set<string>()
  const objects = new Set<string>()
  const graphs = new Map<string, string>()
  const fields = new Map<string, string>()
  const overridden = new Set<string>()
  for (const definition of supergraph.definitions) {
    if (definition.kind === Kind.UNION_TYPE_DEFINITION) composites.add(definition.name.value)
    if (definition.kind === Kind.ENUM_TYPE_DEFINITION && definition.name.value === 'join__Graph') {
      for (const { name, directives = [] } of definition.values ?? []) {
        for (const one of directives) graphs.set(name.value, String(readArguments(one).name))
      }
    }
  }
  for (const definition of supergraph.definitions) {
    const isObject = definition.kind === Kind.OBJECT_TYPE_DEFINITION
    if (!isObject && definition.kind !== Kind.INTERFACE_TYPE_DEFINITION) continue
    composites.add(definition.name.value)
    if (isObject) objects.add(definition.name.value)
    for (const one of overriddenFields(definition)) {
      overridden.add(one.replace(/@(.*)/, (_, graph) => `@${graphs.get(graph) ?? graph}`))
    }
    for (const { name, type, directives = [] } of definition.fields ?? []) {
      const key = `${definition.name.value}.${name.value}`
      fields.set(key, textOf(type))
      for (const one of directives.filter((each) => each.name.value === 'join__field')) {
        const { graph, type: own } = readArguments(one)
        if (typeof own !== 'string') continue
        fields.set(`${key}@${graphs.get(String(graph)) ?? graph}`, own)
      }
    }
    yield
  }
  const namedOf = (type: string, field: string) => nameIn(fields.get(`${type}.${field}`) ?? '')
  return {
    namedOf,
    isBare: ({ type, node }) =>
      node.selectionSet === undefined && composites.has(namedOf(type, node.name.value)),
    shapeOf({ type, field, subgraph }) {
      const key = `${type}.${field}`
      const own = fields.get(`${key}@${subgraph}`) ?? fields.get(key)
      if (own === undefined) return ''
      const named = nameIn(own)
      return composites.has(named) ? own.replace(named, '*') : own
    },
    isOverridden: ({ type, field, subgraph }) => overridden.has(`${type}.${field}@${subgraph}`),
    mayBe: (type, condition) => type === condition || !objects.has(type) || !objects.has(condition),
  }
}

/** `Interface.field@GRAPH` for each field of an object that a subgraph has in its interface, and does not answer any more. */
function overriddenFields({
  directives = [],
  fields = [],
}: ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode): string[] {
  const implemented = directives.filter((one) => one.name.value === 'join__implements')
  return implemented.map(readArguments).flatMap(({ graph, interface: of }) =>
    fields.flatMap(({ name, directives: own = [] }) => {
      const joined = own.filter((one) => one.name.value === 'join__field').map(readArguments)
      const isAnother = joined.some((one) => typeof one.override === 'string')
      const isOwn = joined.some((one) => one.graph === graph && isAnswered(one))
      return isAnother && !isOwn ? [`${of}.${name.value}@${graph}`] : []
    }),
  )
}

/** As it is written in SDL; `print` walks with a visitor, which is far dearer. */
function textOf(type: TypeNode): string {
  if (type.kind === Kind.NAMED_TYPE) return type.name.value
  if (type.kind === Kind.LIST_TYPE) return `[${textOf(type.type)}]`
  return `${textOf(type.type)}!`
}
