// `viewer` for nobody is null: an operation without any of its occurrences, so that the rest can be planned, ruled and answered.
//
// Only what a `Query` object would be asked is taken out. A fragment that is used there and elsewhere is written out where
// it has to change and stays as it is elsewhere, with its rules.
import {
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isNonNullType,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql'
import type { AuthNames } from '../../platform/auth-names/auth-names.ts'
import type { GraphAccess } from '../supergraph/access.ts'
import { AUTH_SUBGRAPH } from '../supergraph/config.ts'
import { viewerNames } from '../supergraph/sealed-viewer.ts'
import type { OperationDocument } from './prepared-operation.ts'
import { fragmentsOf, reduceDocument } from './select.ts'
import { onlyUsedVariables } from './used-variables.ts'

/** The one coordinate that is null for nobody: auth's `Query.viewer`. */
export interface ViewerField {
  readonly type: string
  readonly field: string
}

/** Where the viewer stands in this graph; `null` when auth, and auth alone, has no such nullable field. */
export function findViewer(
  schema: GraphQLSchema,
  access: GraphAccess,
  names: AuthNames,
): ViewerField | null {
  const query = schema.getQueryType()
  const viewer = viewerNames(names)
  const field = query?.getFields()[viewer.field]
  if (!query || !field || isNonNullType(field.type)) return null
  const owners = access.get(query.name)?.fields.get(viewer.field)?.owners ?? []
  const isOfAuth = owners.length === 1 && owners[0] === AUTH_SUBGRAPH
  return isOfAuth ? { type: query.name, field: viewer.field } : null
}

/**
 * The operation without the viewer; `null` when it does not select it.
 *
 * @param source Valid against the schema, and measured: fragments unfold here.
 */
export function leaveOutViewer(
  source: OperationDocument,
  { schema, viewer }: { schema: GraphQLSchema; viewer: ViewerField },
): OperationDocument | null {
  const root = schema.getRootType(source.operation.operation)
  if (!root) return null
  const reduce = createReduce({ schema, viewer, fragments: fragmentsOf(source.document) })
  const { selectionSet } = source.operation
  const reduced = reduce(selectionSet, { declared: root, possible: new Set([root.name]) })
  if (reduced === selectionSet) return null
  const operation = onlyUsedVariables(
    { ...source.operation, selectionSet: reduced },
    source.document,
  )
  return { operation, document: reduceDocument(source.document, operation) }
}

/** Where a selection stands: on which type it is written, and which objects can be there. */
interface Place {
  readonly declared: GraphQLCompositeType
  readonly possible: ReadonlySet<string>
}

interface ReduceOptions {
  readonly schema: GraphQLSchema
  readonly viewer: ViewerField
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>
}

function createReduce({ schema, viewer, fragments }: ReduceOptions) {
  return reduceSet

  /** The same set when nothing in it has to go. */
  function reduceSet(set: SelectionSetNode, place: Place): SelectionSetNode {
    const selections = set.selections.flatMap((selection) => reduceSelection(selection, place))
    const isSame =
      selections.length === set.selections.length &&
      selections.every((selection, index) => selection === set.selections[index])
    return isSame ? set : { ...set, selections }
  }

  function reduceSelection(selection: SelectionNode, place: Place): readonly SelectionNode[] {
    if (selection.kind === Kind.FIELD) return reduceField(selection, place)
    const fragment =
      selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments.get(selection.name.value)
    if (!fragment) throw new Error('an unknown fragment passed validation')
    const { typeCondition, selectionSet } = fragment
    const declared = typeCondition ? compositeType(typeCondition.name.value) : place.declared
    const own = possibleNames(declared)
    const possible = new Set([...place.possible].filter((name) => own.has(name)))
    const reduced = reduceSet(selectionSet, { declared, possible })
    if (reduced === selectionSet) return [selection]
    if (reduced.selections.length === 0) return []
    const { directives = [] } = selection
    const condition = typeCondition ? { typeCondition } : {}
    return [{ kind: Kind.INLINE_FRAGMENT, ...condition, directives, selectionSet: reduced }]
  }

  function reduceField(node: FieldNode, place: Place): readonly SelectionNode[] {
    const isViewer = node.name.value === viewer.field && place.possible.has(viewer.type)
    if (!isViewer) return [reduceBelow(node, place.declared)]
    // On an interface the field is left to types other than Query.
    const others = [...place.possible].filter((name) => name !== viewer.type)
    return others.map((name) => ({
      kind: Kind.INLINE_FRAGMENT,
      typeCondition: { kind: Kind.NAMED_TYPE, name: { kind: Kind.NAME, value: name } },
      selectionSet: {
        kind: Kind.SELECTION_SET,
        selections: [reduceBelow(node, compositeType(name))],
      },
    }))
  }

  function reduceBelow(node: FieldNode, parent: GraphQLCompositeType): FieldNode {
    const { selectionSet, name } = node
    if (!selectionSet || !('getFields' in parent)) return node
    const output = parent.getFields()[name.value]?.type
    // `__schema` and `__type` are not fields of their parent, and have no viewer in them.
    const type = output && getNamedType(output)
    if (!type || !isCompositeType(type)) return node
    const reduced = reduceSet(selectionSet, { declared: type, possible: possibleNames(type) })
    if (reduced === selectionSet) return node
    const selections = reduced.selections.length > 0 ? reduced.selections : [TYPENAME]
    return { ...node, selectionSet: { kind: Kind.SELECTION_SET, selections } }
  }

  function possibleNames(type: GraphQLCompositeType): ReadonlySet<string> {
    if (!isAbstractType(type)) return new Set([type.name])
    return new Set(schema.getPossibleTypes(type).map(({ name }) => name))
  }

  function compositeType(name: string): GraphQLCompositeType {
    const type = schema.getType(name)
    if (isCompositeType(type)) return type
    throw new Error(`"${name}" passed validation as a type condition`)
  }
}

/** Asks whether the object is there, and nothing else. */
const TYPENAME: FieldNode = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: '__typename' } }
