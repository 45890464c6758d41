// Which fields an operation selects of an object, with every place of the document that selects each: CollectFields of the
// GraphQL specification (section 6.3.2), done once for a type instead of once for an object.
import {
  type FieldNode,
  type GraphQLCompositeType,
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
  readonly runtimeType: GraphQLCompositeType
  /** What its subgraph called it; empty when it did not say. */
  readonly typename: string
}

export interface CollectOptions {
  readonly prepared: PreparedOperation
  readonly clientNames: ClientNames
  readonly schema: GraphQLSchema
  /** What the variables in `@skip` and `@include` say. */
  isOn(variable: string): boolean
}

export type CollectFields = (place: Place) => ReadonlyMap<string, CollectedField>

/** Fields by response name, in the order of the selection. */
export function createCollectFields({ prepared, schema, isOn }: CollectOptions): CollectFields {
  const fragments = fragmentsOf(prepared.asked.document)
  const denied = readDeniedNodes(prepared, schema)

  return function collectFields({ type, runtimeType, typename, sets, deniedSets }) {
    const collected = new Map<string, CollectedField>()
    for (const set of sets) collect(set, type, null)
    for (const { set, by } of deniedSets) collect(set, type, by)
    return collected

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
        if (!applies(condition, { typename, runtimeType })) continue
        collect(selectionSet, condition ?? declared, by)
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

  function applies(
    condition: GraphQLCompositeType | null,
    { typename, runtimeType }: { typename: string; runtimeType: GraphQLCompositeType },
  ): boolean {
    if (condition === null) return true
    // A fragment that widens tells nothing new: what the object is known to be stays known.
    const type = typename === '' ? runtimeType : schema.getType(typename)
    if (type === condition) return true
    if (!isAbstractType(condition) || !isCompositeType(type) || !('getFields' in type)) return false
    return schema.isSubType(condition, type)
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
