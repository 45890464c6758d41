// Which fields an operation selects of an object, with every place of the document that selects each: CollectFields of the
// GraphQL specification (section 6.3.2), done once for a type instead of once for an object.
import {
  type FieldNode,
  type GraphQLCompositeType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  isAbstractType,
  isCompositeType,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql'
import type { DeniedField, PreparedOperation } from '../operation/prepared-operation.ts'
import { fragmentsOf } from '../operation/select.ts'
import { isLeftOut } from './conditions.ts'
import type { ClientNames } from './distinct-names.ts'

/** A field of the answer. */
export interface CollectedField {
  /** Its name in the schema. */
  readonly definition: string
  /** The places that select it, without those below. */
  readonly nodes: FieldNode[]
  /** The places that select it through what the caller may not read. */
  readonly deniedNodes: DeniedNode[]
  /** The type that it is selected on. */
  readonly declared: GraphQLCompositeType
  /** The type that the object is known to have. */
  readonly runtimeType: GraphQLCompositeType
}

interface DeniedNode {
  readonly node: FieldNode
  readonly by: DeniedField
}

/** What is selected of an object. */
export interface Selected {
  readonly sets: readonly SelectionSetNode[]
  /** Selected below fields that the caller may not read, where another place selects the same field otherwise. */
  readonly deniedSets: readonly { readonly set: SelectionSetNode; readonly by: DeniedField }[]
}

/** Where an object stands. */
export interface Place extends Selected {
  readonly type: GraphQLCompositeType
  /** Abstract where it is not known which of its objects it is. */
  readonly runtimeType: GraphQLCompositeType
}

export interface CollectOptions {
  readonly prepared: PreparedOperation
  readonly clientNames: ClientNames
  readonly schema: GraphQLSchema
  /** What the variables in `@skip` and `@include` say. */
  isOn(variable: string): boolean
}

/** Null where it depends on the type of the object what is selected, and the type is not known. */
export type CollectFields = (place: Place) => ReadonlyMap<string, CollectedField> | null

/** Fields by response name, in the order of the selection. */
export function createCollectFields({ prepared, schema, isOn }: CollectOptions): CollectFields {
  const fragments = fragmentsOf(prepared.asked.document)
  const denied = readDeniedNodes(prepared, schema)

  return function collectFields({ type, runtimeType, sets, deniedSets }) {
    const collected = new Map<string, CollectedField>()
    let isDecided = true
    for (const set of sets) collect(set, type, null)
    for (const { set, by } of deniedSets) collect(set, type, by)
    return isDecided ? collected : null

    function collect(
      set: SelectionSetNode,
      declared: GraphQLCompositeType,
      by: DeniedField | null,
    ): void {
      for (const selection of set.selections) {
        if (isLeftOut(selection, isOn)) continue
        if (selection.kind === Kind.FIELD) {
          collectField(selection, declared, by)
          continue
        }
        const { condition, selectionSet } = fragmentOf(selection)
        if (applies(condition, runtimeType)) collect(selectionSet, condition ?? declared, by)
        else if (isAbstractType(runtimeType)) {
          isDecided &&= !mayAdd(selection, schema.getPossibleTypes(runtimeType))
        }
      }
    }

    function collectField(
      node: FieldNode,
      declared: GraphQLCompositeType,
      above: DeniedField | null,
    ): void {
      const name = (node.alias ?? node.name).value
      const definition = node.name.value
      const known = collected.get(name)
      const field = known ?? { definition, nodes: [], deniedNodes: [], declared, runtimeType }
      if (known === undefined) collected.set(name, field)
      const by = definition === '__typename' ? null : (above ?? denied?.get(node) ?? null)
      if (by === null) field.nodes.push(node)
      else field.deniedNodes.push({ node, by })
    }
  }

  // A fragment that widens tells nothing new: what the object is known to be stays known.
  function applies(condition: GraphQLCompositeType | null, type: GraphQLCompositeType): boolean {
    if (condition === null || condition === type) return true
    return isAbstractType(condition) && 'getFields' in type && schema.isSubType(condition, type)
  }

  /** Whether some of these objects have more fields by it. */
  function mayAdd(selection: SelectionNode, objects: readonly GraphQLObjectType[]): boolean {
    if (isLeftOut(selection, isOn)) return false
    if (selection.kind === Kind.FIELD) return true
    const { condition, selectionSet } = fragmentOf(selection)
    const own = objects.filter((one) => applies(condition, one))
    return own.length > 0 && selectionSet.selections.some((one) => mayAdd(one, own))
  }

  function fragmentOf(selection: Exclude<SelectionNode, FieldNode>) {
    const node =
      selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments.get(selection.name.value)
    if (node === undefined) throw new Error('an unknown fragment passed validation')
    const name = node.typeCondition?.name.value
    const condition = name === undefined ? null : schema.getType(name)
    if (condition !== null && !isCompositeType(condition)) {
      throw new Error(`"${name}" passed validation as a type condition`)
    }
    return { condition, selectionSet: node.selectionSet }
  }
}

/** The places that select what the caller may not read: the type that a field is written on decides, whatever its object is. */
function readDeniedNodes(
  { asked, denied }: PreparedOperation,
  schema: GraphQLSchema,
): ReadonlyMap<FieldNode, DeniedField> | null {
  if (denied.size === 0) return null
  const found = new Map<FieldNode, DeniedField>()
  const typeInfo = new TypeInfo(schema)
  visit(
    asked.document,
    visitWithTypeInfo(typeInfo, {
      Field(node) {
        const by = denied.get(`${typeInfo.getParentType()?.name}.${node.name.value}`)
        if (by !== undefined) found.set(node, by)
      },
    }),
  )
  return found
}

/** What is selected below a field. */
export function selectedBelow({ nodes, deniedNodes }: CollectedField): Selected {
  return {
    sets: nodes.flatMap(({ selectionSet }) => selectionSet ?? []),
    deniedSets: deniedNodes.flatMap(({ node, by }) =>
      node.selectionSet ? [{ set: node.selectionSet, by }] : [],
    ),
  }
}

/** Why nothing of it was asked for; null where some place may read it. */
export function denialOf({ nodes, deniedNodes }: CollectedField): DeniedField | null {
  return nodes.length > 0 ? null : (deniedNodes[0]?.by ?? null)
}

/** Several places may select a field, through an interface that says less of it too: the object's own type counts. */
export function fieldTypeOf({
  definition,
  declared,
  runtimeType,
}: CollectedField): GraphQLOutputType {
  for (const type of [runtimeType, declared]) {
    const field = 'getFields' in type ? type.getFields()[definition] : undefined
    if (field !== undefined) return field.type
  }
  throw new Error(`${declared.name}.${definition} passed validation`)
}
