// What a fetch asked for. Whatever else a subgraph answers is dropped: it would be merged into what others answered.
import { type DocumentNode, Kind, parse, type SelectionSetNode } from 'graphql'
import type { Data } from './data.ts'

/** Fields by response name, with what is asked of each; null for a leaf. */
export type AskedFields = ReadonlyMap<string, AskedFields | null>

type Collected = Map<string, Collected | null>

/** Reads the operation of a fetch. Type conditions do not count: of several types a field may be of any. */
export function compileAskedFields(operation: string): AskedFields {
  const document = parse(operation, { noLocation: true })
  const fields: Collected = new Map()
  for (const definition of document.definitions) {
    if (definition.kind === Kind.OPERATION_DEFINITION) {
      collect(definition.selectionSet, fields, document)
    }
  }
  return fields
}

function collect(set: SelectionSetNode, into: Collected, document: DocumentNode): void {
  into.set('__typename', null)
  for (const selection of set.selections) {
    if (selection.kind === Kind.INLINE_FRAGMENT) collect(selection.selectionSet, into, document)
    else if (selection.kind === Kind.FRAGMENT_SPREAD) {
      const fragment = document.definitions.find(
        (one) => one.kind === Kind.FRAGMENT_DEFINITION && one.name.value === selection.name.value,
      )
      if (fragment?.kind === Kind.FRAGMENT_DEFINITION)
        collect(fragment.selectionSet, into, document)
    } else {
      const name = (selection.alias ?? selection.name).value
      const inner = into.get(name) ?? (selection.selectionSet ? new Map() : null)
      into.set(name, inner)
      if (selection.selectionSet && inner) collect(selection.selectionSet, inner, document)
    }
  }
}

/** Takes out of an answer what was not asked for. */
export function dropUnasked(value: unknown, asked: AskedFields): void {
  if (typeof value !== 'object' || value === null) return
  if (Array.isArray(value)) {
    for (const item of value) dropUnasked(item, asked)
    return
  }
  const data = value as Data
  for (const key in data) {
    const inner = asked.get(key)
    if (inner === undefined) delete data[key]
    else if (inner !== null) dropUnasked(data[key], inner)
  }
}
