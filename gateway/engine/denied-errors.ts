// The errors of fields that were left out because their caller may not read them: one at each place where a value would stand.
//
//   { products { cost } }    products: [{…}, {…}]   →   ["products", 0, "cost"], ["products", 1, "cost"]
//
// Where there is no object there is no error: nobody learns from it what is not there.
import {
  type GraphQLCompositeType,
  type GraphQLOutputType,
  getNullableType,
  isCompositeType,
  isListType,
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
import { isObject, ownValue } from './data.ts'
import type { Run } from './run.ts'
import { createRuntimeTypeOf } from './runtime-type.ts'

/** So many places are named: a list of thousands says the same of each. */
const MAX_PLACES = 500

/** A walk through the data that is written; `path` is that of the value. */
type Walk = (value: unknown, path: (string | number)[], found: Found) => void

interface Found {
  readonly run: Run
  places: number
}

/** Adds the errors of one answer; null for an operation of which nothing was left out. */
export function compileDeniedErrors(options: CollectOptions): ((run: Run) => void) | null {
  const { prepared, schema } = options
  if (prepared.denied.size === 0) return null
  const { operation } = prepared.asked
  const rootType = schema.getRootType(operation.operation)
  if (!rootType) throw new Error(`the schema has no ${operation.operation} type`)
  const collectFields = createCollectFields(options)
  const runtimeTypeOf = createRuntimeTypeOf(schema)
  const walk = compileObject(rootType, { sets: [operation.selectionSet], deniedSets: [] })
  return (run) => walk(run.data, [], { run, places: 0 })

  function compileValue(outputType: GraphQLOutputType, selected: Selected): Walk | null {
    const type = getNullableType(outputType)
    if (isListType(type)) return compileList(compileValue(type.ofType, selected))
    return isCompositeType(type) ? compileObject(type, selected) : null
  }

  function compileList(walkItem: Walk | null): Walk | null {
    if (walkItem === null) return null
    return (value, path, found) => {
      if (!Array.isArray(value)) return
      for (let index = 0; index < value.length && found.places < MAX_PLACES; index += 1) {
        path.push(index)
        walkItem(value[index], path, found)
        path.pop()
      }
    }
  }

  function compileObject(type: GraphQLCompositeType, selected: Selected): Walk {
    const shapes = new Map<string, readonly FieldWalk[]>()
    return (value, path, found) => {
      if (!isObject(value)) return
      for (const { name, walk } of shapeOf(value.__typename)) {
        path.push(name)
        walk(ownValue(value, name), path, found)
        path.pop()
      }
    }

    function shapeOf(typename: unknown): readonly FieldWalk[] {
      const runtimeType = runtimeTypeOf(type, typename)
      // A name that a subgraph made up is not kept: there may be any number of them.
      if (runtimeType === null) return []
      const known = shapes.get(runtimeType.name)
      if (known !== undefined) return known
      const shape = compileShape({ type, runtimeType, ...selected })
      shapes.set(runtimeType.name, shape)
      return shape
    }
  }

  function compileShape(place: Place): readonly FieldWalk[] {
    return [...(collectFields(place) ?? [])].flatMap(([name, field]) => {
      const walk = compileField(field)
      return walk === null ? [] : [{ name, walk }]
    })
  }

  function compileField(field: CollectedField): Walk | null {
    if (field.definition.startsWith('__')) return null
    const error = denialOf(field)
    if (error === null) return compileValue(fieldTypeOf(field), selectedBelow(field))
    return (_, path, found) => {
      if (found.places >= MAX_PLACES) return
      found.places += 1
      found.run.addError({ ...error, path: [...path] })
    }
  }
}

interface FieldWalk {
  /** In the answer. */
  readonly name: string
  readonly walk: Walk
}
