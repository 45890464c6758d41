// An operation without the fields that its caller may not read, so that nothing is planned, required or fetched for them.
//
//   asked      { product(id: 1) { name cost } secret }       Product.cost and Query.secret are denied
//   planned    { product(id: 1) { name } }
//   answered   { product: { name: "…", cost: null }, secret: null }, and an error at each of the two
import {
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isCompositeType,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql'
import type { DeniedFields, OperationDocument } from './prepared-operation.ts'
import { fragmentsOf, reduceDocument } from './select.ts'
import { onlyUsedVariables } from './used-variables.ts'

export interface LeaveOutOptions {
  readonly schema: GraphQLSchema
  readonly denied: DeniedFields
}

/** @param source Valid against the schema. */
export function leaveOutDenied(
  source: OperationDocument,
  { schema, denied }: LeaveOutOptions,
): OperationDocument {
  const fragments = fragmentsOf(source.document)
  const reduced = new Map<string, FragmentDefinitionNode | null>()
  const root = schema.getRootType(source.operation.operation)
  if (!root) return source
  const selectionSet = orTypename(reduceSet(source.operation.selectionSet, root))
  const kept = [...reduced.values()].filter((fragment) => fragment !== null)
  const document = {
    kind: Kind.DOCUMENT,
    definitions: [{ ...source.operation, selectionSet }, ...kept],
  } as const
  const operation = onlyUsedVariables({ ...source.operation, selectionSet }, document)
  return { operation, document: reduceDocument(document, operation) }

  function reduceSet(set: SelectionSetNode, declared: GraphQLCompositeType): SelectionSetNode {
    return { ...set, selections: set.selections.flatMap((one) => reduce(one, declared)) }
  }

  function reduce(one: SelectionNode, declared: GraphQLCompositeType): readonly SelectionNode[] {
    if (one.kind === Kind.FIELD) return reduceField(one, declared)
    if (one.kind === Kind.FRAGMENT_SPREAD) return reduceFragment(one.name.value) ? [one] : []
    const condition = one.typeCondition?.name.value
    const type = condition === undefined ? declared : compositeType(condition)
    const selectionSet = reduceSet(one.selectionSet, type)
    return selectionSet.selections.length === 0 ? [] : [{ ...one, selectionSet }]
  }

  /** Once, wherever it is spread: what is denied follows from the type that a field is selected on. */
  function reduceFragment(name: string): FragmentDefinitionNode | null {
    const known = reduced.get(name)
    if (known !== undefined) return known
    const fragment = fragments.get(name)
    if (!fragment) throw new Error('an unknown fragment passed validation')
    const type = compositeType(fragment.typeCondition.name.value)
    const selectionSet = reduceSet(fragment.selectionSet, type)
    const result = selectionSet.selections.length === 0 ? null : { ...fragment, selectionSet }
    reduced.set(name, result)
    return result
  }

  function reduceField(node: FieldNode, declared: GraphQLCompositeType): readonly SelectionNode[] {
    const { name, selectionSet } = node
    if (denied.has(`${declared.name}.${name.value}`)) return []
    const output = 'getFields' in declared ? declared.getFields()[name.value]?.type : undefined
    const type = output && getNamedType(output)
    // `__schema` and `__type` are not fields of their parent, and have no rules in them.
    if (!selectionSet || !type || !isCompositeType(type)) return [node]
    const set = reduceSet(selectionSet, type)
    return [{ ...node, selectionSet: isAbstractType(type) ? withTypename(set) : orTypename(set) }]
  }

  function compositeType(name: string): GraphQLCompositeType {
    const type = schema.getType(name)
    if (isCompositeType(type)) return type
    throw new Error(`"${name}" passed validation as a type condition`)
  }
}

const TYPENAME: FieldNode = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: '__typename' } }

/** Which of the fields that were left out an object would have had depends on what it is. */
function withTypename(set: SelectionSetNode): SelectionSetNode {
  return { ...set, selections: [...set.selections, TYPENAME] }
}

/** Asks whether the object is there, and nothing else. */

function orTypename(set: SelectionSetNode): SelectionSetNode {
  return set.selections.length > 0 ? set : { ...set, selections: [TYPENAME] }
}
