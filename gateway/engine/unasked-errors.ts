// Errors of subgraphs at places of the answer that nobody asked for. A fetch asks for the same fields of all its objects:
//
//   asked      { pets { ... on Cat { owner { name } } ... on Dog { owner { phone } } } }
//   fetched    ... on User { name phone }    of the owners of cats and of dogs
//
// That the phone of a cat's owner failed is not the client's business.
import {
  type GraphQLFormattedError,
  type GraphQLNamedType,
  getNamedType,
  isCompositeType,
} from 'graphql'
import {
  type CollectOptions,
  createCollectFields,
  fieldTypeOf,
  type Selected,
  selectedBelow,
} from './collect-fields.ts'
import { isObject, ownValue } from './data.ts'
import type { Path, Run } from './run.ts'
import { createRuntimeTypeOf } from './runtime-type.ts'

/** Leaves those errors out of a run, before its answer is gone. */
export function dropUnaskedErrors(run: Run, options: CollectOptions): void {
  const { prepared, schema } = options
  const rootType = schema.getRootType(prepared.operation.operation)
  if (!rootType) return
  const collectFields = createCollectFields(options)
  const runtimeTypeOf = createRuntimeTypeOf(schema)
  const root: Selected = { sets: [prepared.asked.operation.selectionSet], deniedSets: [] }
  run.errors = run.errors.filter((error) => {
    const { path } = error as GraphQLFormattedError
    return !Array.isArray(path) || isAsked(path)
  })

  function isAsked(path: Path): boolean {
    let type: GraphQLNamedType = rootType as GraphQLNamedType
    let selected = root
    let value: unknown = run.data
    for (const element of path) {
      if (typeof element === 'number') {
        value = Array.isArray(value) ? value[element] : undefined
        continue
      }
      // What is null here is so for this reason, or for that of another error.
      if (!isObject(value) || !isCompositeType(type) || run.absent?.has(value)) return true
      const runtimeType = runtimeTypeOf(type, value.__typename)
      const fields = runtimeType && collectFields({ type, runtimeType, ...selected })
      const field = fields?.get(element)
      if (field === undefined) return !fields || element === '@'
      if (field.definition.startsWith('__')) return true
      type = getNamedType(fieldTypeOf(field))
      selected = selectedBelow(field)
      value = ownValue(value, element)
    }
    return true
  }
}
