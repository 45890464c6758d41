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
} from 'graphql'
import {
  type CollectedField,
  type CollectOptions,
  createCollectFields,
  denialOf,
  fieldTypeOf,
  type Place,
  type Selected,
  selectedBelow,
} from './collect-fields.ts'
import { isInherited, isObject } from './data.ts'
import { compileIntrospection } from './introspection.ts'
import { compileLeaf } from './leaf.ts'
import type { Run } from './run.ts'
import { createRuntimeTypeOf } from './runtime-type.ts'
import { compileList, NULL, once, type Shape, type Write, writeShape } from './write.ts'

/** Writes `data`; in turns of the event loop where the schema itself is asked for. */
export type WriteResponse = (run: Run) => string | Promise<string>

/** The writer of `data`, for one set of conditions. */
export function compileResponse(options: CollectOptions): WriteResponse {
  const { prepared, clientNames, schema } = options
  const { operation } = prepared.asked
  const collectFields = createCollectFields(options)
  const runtimeTypeOf = createRuntimeTypeOf(schema)
  const { query } = prepared
  const asked = { query, schema, operation, clientNames, collectFields }
  const introspection = compileIntrospection(asked)
  const rootType = schema.getRootType(operation.operation)
  if (!rootType) throw new Error(`the schema has no ${operation.operation} type`)
  const writeRoot = compileComposite(rootType, { sets: [operation.selectionSet], deniedSets: [] })
  const write = (run: Run) => writeRoot(run.data, run) ?? NULL
  return introspection === null ? write : (run) => introspection.writeAround(run, write)

  function compileValue(type: GraphQLOutputType, selected: Selected): Write {
    const write = compileNullable(getNullableType(type), selected)
    if (!isNonNullType(type)) return write
    return (value, run) => {
      const text = write(value, run)
      if (text !== NULL) return text
      run.fault()
      return null
    }
  }

  function compileNullable(type: GraphQLOutputType, selected: Selected): Write {
    if (isListType(type)) return compileList(compileValue(type.ofType, selected))
    if (isCompositeType(type)) return compileComposite(type, selected)
    return compileLeaf(type)
  }

  function compileComposite(type: GraphQLCompositeType, selected: Selected): Write {
    const isOne = isObjectType(type)
    const shapes = new Map<unknown, Shape>()

    const shapeOf = (typename: unknown): Shape | null => {
      const known = shapes.get(typename)
      if (known !== undefined) return known
      const runtimeType = runtimeTypeOf(type, typename)
      const shape = runtimeType && compileShape({ type, runtimeType, ...selected })
      // A name that a subgraph made up is not kept: there may be any number of them.
      if (shape !== null) shapes.set(typename, shape)
      return shape
    }

    return once((value, run) => {
      if (value === null) return NULL
      if (!isObject(value)) return run.fault()
      const shape = shapeOf(isOne ? '' : value.__typename)
      return shape === null ? run.fault() : writeShape(shape, value, run)
    })
  }

  /** Null where it is not known what is selected. */
  function compileShape(place: Place): Shape | null {
    const fields = collectFields(place)
    if (fields === null) return null
    return [...fields].map(([name, field], index) => ({
      name,
      prefix: `${index === 0 ? '{' : ','}${JSON.stringify(clientNames.get(name) ?? name)}:`,
      isInherited: isInherited(name),
      isTypename: field.definition === '__typename',
      write: compileField(field),
    }))
  }

  function compileField(field: CollectedField): Write {
    const { definition, nodes, runtimeType } = field
    if (definition === '__typename') return compileTypename(runtimeType)
    if (introspection !== null && definition.startsWith('__')) {
      return introspection.compile(definition, nodes)
    }
    const type = fieldTypeOf(field)
    if (denialOf(field) !== null) return compileDenied(type)
    return compileValue(type, selectedBelow(field))
  }

  /** Whatever the data has there: a subgraph may have sent it as a key. */
  function compileDenied(type: GraphQLOutputType): Write {
    return isNonNullType(type) ? () => null : () => NULL
  }

  /** What the data has under an alias may be the name of an @interfaceObject. */
  function compileTypename(runtimeType: GraphQLCompositeType): Write {
    const text = JSON.stringify(runtimeType.name)
    if (isObjectType(runtimeType)) return () => text
    return (value, run) => {
      const type = runtimeTypeOf(runtimeType, value)
      if (isObjectType(type)) return JSON.stringify(type.name)
      run.fault()
      return null
    }
  }
}
