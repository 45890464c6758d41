// An operation as a planner reads it best: no fragments where there need not be, none that cannot apply, conditions decided.
//
//   { about { ... on Subject { ... on Maker { name @include(if: $on) } } } }      about: Subject = Product | Maker, $on is true
//   { about { ... on Maker { name } } }
import {
  type DirectiveNode,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql'
import type { OperationDocument } from '../operation/prepared-operation.ts'
import { fragmentsOf } from '../operation/select.ts'
import { isLeftOut } from './conditions.ts'

export interface SimplifyOptions {
  readonly schema: GraphQLSchema
  /** What Boolean variables say; null leaves conditions where they are. */
  readonly isOn: ((variable: string) => boolean) | null
}

/** Where a selection stands: the type that it is written on, and the objects that can be there. */
interface Place {
  readonly declared: GraphQLCompositeType
  readonly possible: ReadonlySet<string>
}

/** Fragments over many types unfold; an operation that would grow further stays as it is. */
const MAX_SELECTIONS = 20_000

export function simplify(source: OperationDocument, options: SimplifyOptions): DocumentNode {
  const { operation } = source
  const root = options.schema.getRootType(operation.operation)
  if (!root) return source.document
  const reduce = createReduce(fragmentsOf(source.document), options)
  const selectionSet = reduce({ declared: root, possible: new Set([root.name]) }, operation)
  if (selectionSet === null) return source.document
  return { kind: Kind.DOCUMENT, definitions: [{ ...operation, selectionSet }] }
}

function createReduce(
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
  { schema, isOn }: SimplifyOptions,
) {
  let selections = 0
  const possible = new Map<string, ReadonlySet<string>>()

  /** Null: it would become too large. */
  return function reduce(place: Place, { selectionSet }: OperationDefinitionNode) {
    const reduced = reduceSet(selectionSet, place)
    return selections > MAX_SELECTIONS ? null : reduced
  }

  function reduceSet(set: SelectionSetNode, place: Place): SelectionSetNode {
    const kept: SelectionNode[] = []
    addSet(kept, set, place)
    return { kind: Kind.SELECTION_SET, selections: kept.length > 0 ? kept : [TYPENAME] }
  }

  /** Into one list, however deep the fragments are: a list for each level would cost the square of their depth. */
  function addSet(kept: SelectionNode[], set: SelectionSetNode, place: Place): void {
    for (const selection of set.selections) addSelection(kept, selection, place)
  }

  function addSelection(kept: SelectionNode[], selection: SelectionNode, place: Place): void {
    selections += 1
    if (selections > MAX_SELECTIONS) return
    if (isOn !== null && isLeftOut(selection, isOn)) return
    const directives = isOn === null ? (selection.directives ?? []) : []
    if (selection.kind === Kind.FIELD) {
      if (INTROSPECTION.has(selection.name.value)) return
      kept.push(reduceField({ ...withoutOwnAlias(selection), directives }, place))
      return
    }
    const fragment =
      selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments.get(selection.name.value)
    if (fragment === undefined) throw new Error('an unknown fragment passed validation')
    const name = fragment.typeCondition?.name.value
    const condition = name === undefined ? place.declared : compositeType(name)
    addFragment(kept, fragment.selectionSet, { place, condition, directives })
  }

  function addFragment(
    kept: SelectionNode[],
    set: SelectionSetNode,
    {
      place,
      condition,
      directives,
    }: { place: Place; condition: GraphQLCompositeType; directives: readonly DirectiveNode[] },
  ): void {
    const own = possibleNames(condition)
    const possible = new Set([...place.possible].filter((name) => own.has(name)))
    if (possible.size === 0) return
    if (possible.size === place.possible.size && isSelectableOn(condition, place.declared)) {
      const same = { declared: place.declared, possible }
      if (directives.length === 0) addSet(kept, set, same)
      else addWrapped(kept, set, { place: same, condition: null, directives })
    } else if (isObjectType(condition)) {
      addWrapped(kept, set, { place: { declared: condition, possible }, condition, directives })
    } else {
      // An interface may be unknown to the subgraph that answers: its objects are named one by one.
      for (const name of possible) {
        const declared = compositeType(name)
        const one = { declared, possible: new Set([name]) }
        addWrapped(kept, set, { place: one, condition: declared, directives })
      }
    }
  }

  function addWrapped(
    kept: SelectionNode[],
    set: SelectionSetNode,
    {
      place,
      condition,
      directives,
    }: {
      place: Place
      condition: GraphQLCompositeType | null
      directives: readonly DirectiveNode[]
    },
  ): void {
    const inner: SelectionNode[] = []
    addSet(inner, set, place)
    if (inner.length === 0) return
    kept.push({
      kind: Kind.INLINE_FRAGMENT,
      ...(condition !== null && { typeCondition: namedType(condition.name) }),
      directives,
      selectionSet: { kind: Kind.SELECTION_SET, selections: inner },
    })
  }

  function reduceField(node: FieldNode, { declared }: Place): FieldNode {
    const { selectionSet, name } = node
    if (!selectionSet || !('getFields' in declared)) return node
    const output = declared.getFields()[name.value]?.type
    const type = output && getNamedType(output)
    if (!type || !isCompositeType(type)) return node
    const place = { declared: type, possible: possibleNames(type) }
    return { ...node, selectionSet: reduceSet(selectionSet, place) }
  }

  /** Whether whatever is selected on the one type can be selected on the other as well. */
  function isSelectableOn(condition: GraphQLCompositeType, declared: GraphQLCompositeType) {
    if (condition === declared) return true
    if (!isAbstractType(condition) || !('getInterfaces' in declared)) return false
    return schema.isSubType(condition, declared)
  }

  function possibleNames(type: GraphQLCompositeType): ReadonlySet<string> {
    const known = possible.get(type.name)
    if (known !== undefined) return known
    const objects = isAbstractType(type) ? schema.getPossibleTypes(type) : [type]
    const names = new Set(objects.map(({ name }) => name))
    possible.set(type.name, names)
    return names
  }

  function compositeType(name: string): GraphQLCompositeType {
    const type = schema.getType(name)
    if (isCompositeType(type)) return type
    throw new Error(`"${name}" passed validation as a type condition`)
  }
}

/** `peer: peer` is `peer`: beside another of that name a planner would ask for both, and the other without what is below it. */
function withoutOwnAlias(node: FieldNode): FieldNode {
  if (node.alias?.value !== node.name.value) return node
  const { alias: _, ...field } = node
  return field
}

function namedType(name: string) {
  return { kind: Kind.NAMED_TYPE, name: { kind: Kind.NAME, value: name } } as const
}

/** What the gateway answers itself, also where an object leads back to `Query`. */
const INTROSPECTION: ReadonlySet<string> = new Set(['__schema', '__type'])

/** Asks whether the object is there, and nothing else. */
const TYPENAME: FieldNode = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: '__typename' } }
