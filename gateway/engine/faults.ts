// What is missing or wrong in the data of subgraphs, with its place: walked once the writer met something of that kind.
//
// The writer answers null there, which may climb. A null that nobody explains is a loss that nobody notices, so each has an
// error, unless a subgraph's own error says already why.
import {
  type GraphQLCompositeType,
  type GraphQLFormattedError,
  type GraphQLOutputType,
  isCompositeType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql'
import type { EngineLogger } from '../engine.ts'
import {
  type CollectOptions,
  createCollectFields,
  fieldTypeOf,
  type Selected,
  selectedBelow,
} from './collect-fields.ts'
import { isObject, ownValue } from './data.ts'
import type { FieldOwners } from './field-owners.ts'
import { fitsLeaf } from './leaf.ts'
import type { Path, Run } from './run.ts'
import { createRuntimeTypeOf } from './runtime-type.ts'

export interface Fault {
  readonly path: Path
  readonly type: string
  readonly field: string
  /** A sentence for people. It tells nothing but what the client asked for. */
  readonly message: string
}

export const INVALID_RESPONSE = 'SUBGRAPH_INVALID_RESPONSE'

const MAX_FAULTS = 100

interface Place extends Selected {
  readonly path: Path
  readonly type: string
  readonly field: string
  /** It stands below an object of which a subgraph knows nothing. */
  readonly isBelowAbsent: boolean
}

export function findFaults(run: Run, options: CollectOptions): readonly Fault[] {
  const { prepared, schema } = options
  // Nobody's viewer, and what is denied, was not asked for.
  const { operation } = prepared
  const rootType = schema.getRootType(operation.operation)
  if (!rootType) return []
  const collectFields = createCollectFields({
    ...options,
    prepared: { ...prepared, asked: prepared },
  })
  const runtimeTypeOf = createRuntimeTypeOf(schema)
  const isExplained = explainedBy(run.errors)
  const faults: Fault[] = []
  checkObject(rootType, run.data, {
    path: [],
    type: '',
    field: '',
    sets: [operation.selectionSet],
    deniedSets: [],
    isBelowAbsent: false,
  })
  return faults

  /** @returns whether the answer has null here */
  function check(type: GraphQLOutputType, value: unknown, place: Place): boolean {
    if (faults.length >= MAX_FAULTS) return false
    if (isNonNullType(type)) return checkPresent(type.ofType, value, place)
    if (value === undefined) return fault(place, 'No value came for', { isAbsence: true })
    if (value === null) return true
    if (isListType(type)) return checkList(type.ofType, value, place)
    if (isCompositeType(type)) return checkObject(type, value, place)
    return fitsLeaf(type, value)
      ? false
      : fault(place, 'A value that does not fit its type came for')
  }

  function checkPresent(type: GraphQLOutputType, value: unknown, place: Place): boolean {
    const before = faults.length
    const isNull = check(type, value, place)
    if (!isNull) return false
    // What made it null, deeper down, has its own error.
    if (value === null && faults.length === before) {
      fault(place, 'Null came where it may not be, for', { isAbsence: true })
    }
    return true
  }

  function checkList(type: GraphQLOutputType, value: unknown, place: Place): boolean {
    if (!Array.isArray(value)) return fault(place, 'No list came for')
    let isNull = false
    value.forEach((item, index) => {
      const isItemNull = check(type, item, { ...place, path: [...place.path, index] })
      if (isItemNull && isNonNullType(type)) isNull = true
    })
    return isNull
  }

  function checkObject(type: GraphQLCompositeType, value: unknown, place: Place): boolean {
    if (!isObject(value)) return fault(place, 'No object came for')
    const runtimeType = runtimeTypeOf(type, value.__typename)
    if (runtimeType === null) return fault(place, 'An object of an unknown type came for')
    const { sets, deniedSets } = place
    const fields = collectFields({ type, runtimeType, sets, deniedSets })
    if (fields === null) return faultOfType(place)
    // What a subgraph that does not know the object would have said of it is null.
    const isAbsent = place.isBelowAbsent || run.absent?.has(value) === true
    let isNull = false
    for (const [name, field] of fields) {
      const own = ownValue(value, name)
      if (field.definition === '__typename' && !isObjectType(runtimeType)) {
        if (!isObjectType(runtimeTypeOf(type, own))) return faultOfType(place)
      }
      if (field.definition.startsWith('__')) continue
      const fieldType = fieldTypeOf(field)
      const isFieldNull = check(fieldType, own === undefined && isAbsent ? null : own, {
        path: [...place.path, name],
        type: field.runtimeType.name,
        field: field.definition,
        ...selectedBelow(field),
        isBelowAbsent: isAbsent,
      })
      if (isFieldNull && isNonNullType(fieldType)) isNull = true
    }
    return isNull
  }

  /** An error that says why nobody told it stands for it. */
  function faultOfType(place: Place): true {
    return fault(place, 'No type came for the object of', { isAbsence: true })
  }

  function fault(
    { path, type, field }: Place,
    what: string,
    { isAbsence = false }: { readonly isAbsence?: boolean } = {},
  ): true {
    if (isAbsence && isExplained(path)) return true
    if (faults.length < MAX_FAULTS) {
      faults.push({ path, type, field, message: `${what} "${type}.${field}".` })
    }
    return true
  }
}

/** One line for each field, whichever of its places are concerned. */
export function logFaults(
  faults: readonly Fault[],
  { owners, logger, requestId }: { owners: FieldOwners; logger: EngineLogger; requestId: string },
): void {
  const seen = new Set<string>()
  for (const { type, field, message } of faults) {
    if (seen.has(message)) continue
    seen.add(message)
    const subgraph = owners(type, field).join(', ')
    logger.warn({ requestId, subgraph, code: INVALID_RESPONSE }, message)
  }
}

/** An error explains what is missing at its place, below it, and on the way to it. */
function explainedBy(errors: readonly unknown[]): (path: Path) => boolean {
  const places = new Set<string>()
  const above = new Set<string>()
  for (const error of errors) {
    const { path } = error as GraphQLFormattedError
    // Of a whole fetch: what of the answer it was for is not said.
    if (!Array.isArray(path)) return () => true
    const end = path.findIndex((key) => key === '@' || key === '_entities')
    const place = end < 0 ? path : path.slice(0, end)
    places.add(JSON.stringify(place))
    for (let length = 0; length < place.length; length += 1) {
      above.add(JSON.stringify(place.slice(0, length)))
    }
  }
  return (path) => {
    if (above.has(JSON.stringify(path))) return true
    for (let length = 0; length <= path.length; length += 1) {
      if (places.has(JSON.stringify(path.slice(0, length)))) return true
    }
    return false
  }
}
