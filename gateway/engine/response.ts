// Compiles what an operation selects into a writer of its answer: from merged data straight to JSON text.
// Completes values as the executor of @apollo/gateway does: order of the selection, null where a value does not fit,
// and a null that may not be takes its parent with it.
import {
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNullableType,
  isAbstractType,
  isCompositeType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql'
import type { PreparedOperation } from '../operation/prepared-operation.ts'
import { conditionValue, isCondition } from './conditions.ts'
import { type Data, isInherited, MalformedData, ownValue } from './data.ts'
import { compileIntrospection } from './introspection.ts'
import { compileLeaf } from './leaf.ts'
import type { Run } from './run.ts'

/** The text of a value; null when its parent has to go. */
export type Write = (value: unknown, run: Run) => string | null

export interface ResponseOptions {
  readonly prepared: PreparedOperation
  readonly schema: GraphQLSchema
  /** What the variables in `@skip` and `@include` say. */
  isOn(variable: string): boolean
}

const NULL = 'null'

/** The writer of `data`, for one set of conditions. */
export function compileResponse(options: ResponseOptions): (run: Run) => string {
  const { prepared, schema, isOn } = options
  const { operation, document } = prepared
  const fragments = fragmentsOf(prepared)
  const introspect = compileIntrospection({ schema, document, operation })
  const rootType = schema.getRootType(operation.operation)
  if (!rootType) throw new Error(`the schema has no ${operation.operation} type`)
  const write = compileComposite(rootType, [operation.selectionSet])
  return (run) => write(run.data, run) ?? NULL

  function compileValue(type: GraphQLOutputType, sets: readonly SelectionSetNode[]): Write {
    const write = compileNullable(getNullableType(type), sets)
    if (!isNonNullType(type)) return write
    return (value, run) => {
      const text = write(value, run)
      return text === NULL ? null : text
    }
  }

  function compileNullable(type: GraphQLOutputType, sets: readonly SelectionSetNode[]): Write {
    if (isListType(type)) return compileList(compileValue(type.ofType, sets))
    if (isCompositeType(type)) return compileComposite(type, sets)
    return compileLeaf(type)
  }

  function compileComposite(type: GraphQLCompositeType, sets: readonly SelectionSetNode[]): Write {
    const shapes = new Map<string, Shape>()

    const shapeOf = (typename: string): Shape | null => {
      const known = shapes.get(typename)
      if (known !== undefined) return known
      const runtimeType = typename === '' ? type : schema.getType(typename)
      if (!isCompositeType(runtimeType)) return null
      const shape = compileShape({ type, runtimeType, typename, sets })
      shapes.set(typename, shape)
      return shape
    }

    return once((value, run) => {
      if (value === undefined || value === null) return NULL
      if (typeof value !== 'object')
        throw new MalformedData('a value stands where an object is due')
      const typename = (value as Data).__typename ?? ''
      if (typeof typename !== 'string') throw new MalformedData('a __typename that is no text')
      const shape = shapeOf(typename)
      return shape === null ? NULL : writeShape(shape, value as Data, run)
    })
  }

  function compileShape(place: {
    readonly type: GraphQLCompositeType
    readonly runtimeType: GraphQLCompositeType
    readonly typename: string
    readonly sets: readonly SelectionSetNode[]
  }): Shape {
    const collected = new Map<string, CollectedField>()
    for (const set of place.sets) collect(set, place.type, place.runtimeType)
    return [...collected].map(([name, field], index) => ({
      name,
      prefix: `${index === 0 ? '{' : ','}${JSON.stringify(name)}:`,
      isInherited: isInherited(name),
      isTypename: field.definition === '__typename',
      write: compileField(field),
    }))

    function collect(
      set: SelectionSetNode,
      declared: GraphQLCompositeType,
      parent: GraphQLCompositeType,
    ): void {
      for (const selection of set.selections) {
        if (isLeftOut(selection)) continue
        if (selection.kind === Kind.FIELD) {
          collectField(selection, declared, parent)
          continue
        }
        const { condition, selectionSet } = fragmentOf(selection)
        if (!applies(condition, { typename: place.typename, parent })) continue
        collect(selectionSet, condition ?? declared, condition ?? parent)
      }
    }

    function collectField(
      node: FieldNode,
      declared: GraphQLCompositeType,
      parent: GraphQLCompositeType,
    ): void {
      const name = (node.alias ?? node.name).value
      const known = collected.get(name)
      if (known !== undefined) known.nodes.push(node)
      else {
        collected.set(name, { definition: node.name.value, nodes: [node], declared, parent })
      }
    }
  }

  function compileField({ definition, nodes, declared, parent }: CollectedField): Write {
    if (definition === '__typename') return compileTypename(parent)
    if (definition === '__schema' || definition === '__type') return introspect(nodes)
    const field = 'getFields' in declared ? declared.getFields()[definition] : undefined
    if (field === undefined) throw new Error(`${declared.name}.${definition} passed validation`)
    const sets = nodes.flatMap(({ selectionSet }) => selectionSet ?? [])
    return compileValue(field.type, sets)
  }

  // A subgraph may call a root type, or the types behind an @interfaceObject, by another name.
  function compileTypename(parent: GraphQLCompositeType): Write {
    return (value) => {
      const named = typeof value === 'string' ? schema.getType(value) : undefined
      const type = named ?? parent
      return isObjectType(type) ? `"${type.name}"` : null
    }
  }

  function applies(
    condition: GraphQLCompositeType | null,
    { typename, parent }: { typename: string; parent: GraphQLCompositeType },
  ): boolean {
    if (condition === null) return true
    const type = typename === '' ? parent : schema.getType(typename)
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

  function isLeftOut({ directives = [] }: SelectionNode): boolean {
    return directives.some((directive) => {
      if (!isCondition(directive)) return false
      const value = conditionValue(directive)
      const isTrue =
        value?.kind === Kind.VARIABLE
          ? isOn(value.name.value)
          : value?.kind === Kind.BOOLEAN && value.value
      return directive.name.value === 'skip' ? isTrue : !isTrue
    })
  }
}

/** A field of the answer, with every place in the document that selects it. */
interface CollectedField {
  /** Its name in the schema. */
  readonly definition: string
  readonly nodes: FieldNode[]
  /** The type that it is selected on. */
  readonly declared: GraphQLCompositeType
  /** The type that the object is known to have there. */
  readonly parent: GraphQLCompositeType
}

interface ShapeField {
  readonly name: string
  /** Bracket or comma, and the key. */
  readonly prefix: string
  readonly isInherited: boolean
  readonly isTypename: boolean
  readonly write: Write
}

/** What is written of objects of one type. */
type Shape = readonly ShapeField[]

function writeShape(shape: Shape, data: Data, run: Run): string {
  let text = ''
  for (const field of shape) {
    let value = field.isInherited ? ownValue(data, field.name) : data[field.name]
    if (field.isTypename) value ??= data.__typename
    const written = field.write(value, run)
    if (written === null) return NULL
    text += field.prefix + written
  }
  return text === '' ? '{}' : `${text}}`
}

function compileList(writeItem: Write): Write {
  return once((value, run) => {
    if (value === undefined || value === null) return NULL
    if (!Array.isArray(value)) throw new MalformedData('a value stands where a list is due')
    let text = '['
    let isWhole = true
    for (let index = 0; index < value.length; index += 1) {
      const item = writeItem(value[index], run)
      if (item === null) isWhole = false
      else text += index === 0 ? item : `,${item}`
    }
    return isWhole ? `${text}]` : NULL
  })
}

/** What stands at several places of the data is written once. */
function once(write: Write): Write {
  return function writeOnce(value, run) {
    const shared = run.shared?.get(value as object)
    if (shared === undefined) return write(value, run)
    if (shared.writer !== writeOnce) {
      shared.text = write(value, run)
      shared.writer = writeOnce
    }
    return shared.text
  }
}

function fragmentsOf({ document }: PreparedOperation): ReadonlyMap<string, FragmentDefinitionNode> {
  const fragments = new Map<string, FragmentDefinitionNode>()
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION)
      fragments.set(definition.name.value, definition)
  }
  return fragments
}
