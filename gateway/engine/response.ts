// Compiles what an operation selects into a writer of its answer: from merged data straight to JSON text.
// Completes values as the executor of @apollo/gateway does: order of the selection, null where a value does not fit,
// and a null that may not be takes its parent with it.
import {
  type GraphQLCompositeType,
  type GraphQLOutputType,
  getNullableType,
  isCompositeType,
  isListType,
  isNonNullType,
  isObjectType,
  type SelectionSetNode,
} from 'graphql'
import {
  type CollectedField,
  type CollectOptions,
  createCollectFields,
  type Place,
} from './collect-fields.ts'
import { type Data, isInherited, MalformedData } from './data.ts'
import { compileIntrospection } from './introspection.ts'
import { compileLeaf } from './leaf.ts'
import type { Run } from './run.ts'
import { compileList, NULL, once, type Shape, type Write, writeShape } from './write.ts'

/** The writer of `data`, for one set of conditions. */
export function compileResponse(options: CollectOptions): (run: Run) => string {
  const { prepared, schema } = options
  const { operation, document } = prepared.asked
  const collectFields = createCollectFields(options)
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

  function compileShape(place: Place): Shape {
    return [...collectFields(place)].map(([name, field], index) => ({
      name,
      prefix: `${index === 0 ? '{' : ','}${JSON.stringify(name)}:`,
      isInherited: isInherited(name),
      isTypename: field.definition === '__typename',
      write: compileField(field),
    }))
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
}
