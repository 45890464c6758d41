// What a fetch asked for. Whatever else a subgraph answers is not merged into what others answered.
import { type DocumentNode, Kind, parse, type SelectionSetNode } from 'graphql'
import type { FetchNode, PlanRewrite } from './planners/plan.ts'

/** Fields by response name, with what is asked of each; null for a leaf. */
export type AskedFields = ReadonlyMap<string, AskedFields | null>

type Collected = Map<string, Collected | null>

/** Reads the operation of a fetch of root fields. Type conditions do not count: of several types a field may be of any. */
export function compileAskedFields({ operation, outputRewrites }: FetchNode): AskedFields {
  const fields = fieldsOf(operation)
  addRenamed(fields, outputRewrites)
  return fields
}

/** The same for each request for entities that a fetch makes, in their order. */
export function compileAskedOfEntities({ operation, entities }: FetchNode): AskedFields[] {
  const fields = fieldsOf(operation)
  return (entities ?? []).map(({ alias, outputRewrites }) => {
    const asked = fields.get(alias) ?? new Map()
    addRenamed(asked, outputRewrites)
    return asked
  })
}

function fieldsOf(operation: string): Collected {
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

/** The rewrites of an answer give fields their names back: those count as asked for too. */
function addRenamed(fields: Collected, rewrites: readonly PlanRewrite[]): void {
  for (const rewrite of rewrites) {
    if (rewrite.kind !== 'Rename') continue
    const path = rewrite.path.filter((element) => typeof element === 'string')
    const name = path.pop() ?? ''
    const parent = path.reduce<Collected | null>((at, one) => at?.get(one) ?? null, fields)
    const renamed = parent?.get(name)
    if (renamed !== undefined) parent?.set(rewrite.to, united(renamed, parent.get(rewrite.to)))
  }
}

/** Objects of one type have a field by the one name, objects of another by the other. */
function united(one: Collected | null, other: Collected | null | undefined): Collected | null {
  if (one === null || !other) return one
  const all: Collected = new Map(other)
  for (const [name, inner] of one) all.set(name, united(inner, other.get(name)))
  return all
}
