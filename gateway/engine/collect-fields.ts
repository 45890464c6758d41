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
} from 'graphql'
import type { PreparedOperation } from '../operation/prepared-operation.ts'
import { fragmentsOf } from '../operation/select.ts'
import { isLeftOut } from './conditions.ts'
import type { ClientNames } from './distinct-names.ts'

/** A field of the answer. */
export interface CollectedField {
  /** Its name in the schema. */
  readonly definition: string
  readonly nodes: FieldNode[]
  /** The type that it is selected on. */
  readonly declared: GraphQLCompositeType
  /** The type that the object is known to have. */
  readonly runtimeType: GraphQLCompositeType
}

/** Where an object stands. */
export interface Place {
  readonly type: GraphQLCompositeType
  readonly runtimeType: GraphQLCompositeType
  /** What its subgraph called it; empty when it did not say. */
  readonly typename: string
  readonly sets: readonly SelectionSetNode[]
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

  return function collectFields({ type, runtimeType, typename, sets }) {
    const collected = new Map<string, CollectedField>()
    for (const set of sets) collect(set, type)
    return collected

    function collect(set: SelectionSetNode, declared: GraphQLCompositeType): void {
      for (const selection of set.selections) {
        if (isLeftOut(selection, isOn)) continue
        if (selection.kind === Kind.FIELD) {
          collectField(selection, declared)
          continue
        }
        const { condition, selectionSet } = fragmentOf(selection)
        if (!applies(condition, { typename, runtimeType })) continue
        collect(selectionSet, condition ?? declared)
      }
    }

    function collectField(node: FieldNode, declared: GraphQLCompositeType): void {
      const name = (node.alias ?? node.name).value
      const known = collected.get(name)
      if (known !== undefined) known.nodes.push(node)
      else {
        collected.set(name, { definition: node.name.value, nodes: [node], declared, runtimeType })
      }
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
