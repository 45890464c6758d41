// Every type and field that an operation touches, through fragments, aliases, interfaces and unions. @skip and @include count as included.
import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isCompositeType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql'
import { fragmentsOf } from '../operation/select.ts'

export interface SelectionSource {
  readonly schema: GraphQLSchema
  readonly operation: OperationDefinitionNode
  /** The operation and its fragments, valid against the schema. */
  readonly document: DocumentNode
}

/** One field at the root, under its schema name. */
export interface RootField {
  readonly name: string
  readonly node: FieldNode
}

export interface Coordinate {
  readonly type: string
  readonly field: string
}

const INTROSPECTION = new Set(['__schema', '__type'])

/** The root fields, fragments flattened, in order; `__typename` and introspection apart. */
export function readRootFields(source: SelectionSource): {
  rootType: string
  fields: RootField[]
  usesIntrospection: boolean
} {
  const fragments = fragmentsOf(source.document)
  const nodes = flatten(source.operation.selectionSet, fragments)
  return {
    rootType: rootTypeOf(source).name,
    fields: nodes
      .filter((node) => !node.name.value.startsWith('__'))
      .map((node) => ({ name: node.name.value, node })),
    usesIntrospection: nodes.some((node) => INTROSPECTION.has(node.name.value)),
  }
}

/** Types and fields at and below these root fields, each once; for an abstract type also every possible type. */
export function collectCoordinates(
  source: SelectionSource,
  rootFields: readonly RootField[],
): { types: readonly string[]; fields: readonly Coordinate[] } {
  const { schema } = source
  const fragments = fragmentsOf(source.document)
  const types = new Set<string>()
  const fields = new Map<string, Coordinate>()
  const visitedFragments = new Set<string>()

  // Each type and field once: behind an interface there may be a hundred, at each of a thousand fields.
  function addType(type: GraphQLNamedType): void {
    if (types.has(type.name)) return
    for (const { name } of withPossibleTypes(schema, type)) types.add(name)
  }

  function addField(parent: GraphQLCompositeType, node: FieldNode): void {
    const name = node.name.value
    addType(parent)
    if (name === '__typename' || !('getFields' in parent)) return
    if (!fields.has(`${parent.name}.${name}`)) addCoordinates(parent, name)
    const definition = parent.getFields()[name]
    const output = definition && getNamedType(definition.type)
    if (!output) return
    addType(output)
    if (!isCompositeType(output)) return
    if (node.selectionSet) addSelections(output, node.selectionSet)
  }

  function addCoordinates(parent: GraphQLCompositeType, field: string): void {
    for (const { name: type } of withPossibleTypes(schema, parent)) {
      fields.set(`${type}.${field}`, { type, field })
    }
  }

  function addSelections(parent: GraphQLCompositeType, set: SelectionSetNode): void {
    for (const selection of set.selections) {
      if (selection.kind === Kind.FIELD) {
        addField(parent, selection)
      } else if (selection.kind === Kind.INLINE_FRAGMENT) {
        const condition = selection.typeCondition?.name.value
        addSelections(condition ? compositeType(schema, condition) : parent, selection.selectionSet)
      } else if (!visitedFragments.has(selection.name.value)) {
        visitedFragments.add(selection.name.value)
        const fragment = fragments.get(selection.name.value)
        if (!fragment) throw new Error('an unknown fragment passed validation')
        const condition = compositeType(schema, fragment.typeCondition.name.value)
        addSelections(condition, fragment.selectionSet)
      }
    }
  }

  const rootType = rootTypeOf(source)
  for (const { node } of rootFields) addField(rootType, node)
  return { types: [...types], fields: [...fields.values()] }
}

/** A type, and for an abstract one also what it can be. */
export function withPossibleTypes(
  schema: GraphQLSchema,
  type: GraphQLNamedType,
): readonly GraphQLNamedType[] {
  return isAbstractType(type) ? [type, ...schema.getPossibleTypes(type)] : [type]
}

function rootTypeOf({ schema, operation }: SelectionSource): GraphQLCompositeType {
  const rootType = schema.getRootType(operation.operation)
  if (!rootType) throw new Error(`the schema has no ${operation.operation} type`)
  return rootType
}

function compositeType(schema: GraphQLSchema, name: string): GraphQLCompositeType {
  const type = schema.getType(name)
  if (isCompositeType(type)) return type
  throw new Error(`"${name}" passed validation as a type condition`)
}

function flatten(
  set: SelectionSetNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
): FieldNode[] {
  return set.selections.flatMap((selection) => {
    if (selection.kind === Kind.FIELD) return [selection]
    if (selection.kind === Kind.INLINE_FRAGMENT) return flatten(selection.selectionSet, fragments)
    const fragment = fragments.get(selection.name.value)
    return fragment ? flatten(fragment.selectionSet, fragments) : []
  })
}
