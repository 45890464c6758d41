// What a fetch of entities sends for one of them: its key and whatever else the subgraph requires, as JSON text.
import type { QueryPlanSelectionNode } from '@apollo/query-planner'
import { type Data, isInherited, merge, ownValue, toJson } from './data.ts'
import type { Rewrite } from './rewrite.ts'
import type { IsOfType } from './types.ts'

/** The text; null when this object is none of those that are asked for, or lacks what is required. */
export type Represent = (entity: Data) => string | null

type Selections = readonly QueryPlanSelectionNode[]

export interface RepresentationOptions {
  readonly requires: Selections
  readonly isOfType: IsOfType
  readonly rewrite: Rewrite | null
}

/** Compiles the selection for each type of entity that comes along. */
export function compileRepresentation(options: RepresentationOptions): Represent {
  const byType = new Map<string, Represent>()
  return (entity) => {
    const typename = entity.__typename
    if (typeof typename !== 'string' || typename === '') return null
    let represent = byType.get(typename)
    if (represent === undefined) {
      represent = compileForType(typename, options)
      // Names that a subgraph makes up are not remembered: there is no end to them.
      if (represent !== nothing) byType.set(typename, represent)
    }
    return represent(entity)
  }
}

const nothing: Represent = () => null

function compileForType(typename: string, options: RepresentationOptions): Represent {
  const { requires, isOfType, rewrite } = options
  const groups = requires.filter(
    (node) => node.kind === 'Field' || isOfType(typename, node.typeCondition ?? ''),
  )
  if (groups.length === 0) return nothing
  const [group, another] = groups
  const isPlain = rewrite === null && another === undefined && group?.kind === 'InlineFragment'
  if (isPlain && areFields(group.selections) && includesTypename(group.selections)) {
    return compileFields(group.selections)
  }
  return (entity) => represent(entity, options)
}

function areFields(selections: Selections): boolean {
  return selections.every((node) => node.kind === 'Field' && areFields(node.selections ?? []))
}

function includesTypename(selections: Selections): boolean {
  return selections.some((node) => node.kind === 'Field' && node.name === '__typename')
}

/** The usual case, one fragment of plain fields: text without an object in between. */
function compileFields(selections: Selections): Represent {
  const fields = selections.flatMap((node, index) => {
    if (node.kind !== 'Field') return []
    const name = node.alias ?? node.name
    const prefix = `${index === 0 ? '{' : ','}${JSON.stringify(name)}:`
    const nested = node.selections === undefined ? null : compileFields(node.selections)
    return [{ name, prefix, isInherited: isInherited(name), nested }]
  })
  return (entity) => {
    let text = ''
    for (const field of fields) {
      const value = field.isInherited ? ownValue(entity, field.name) : entity[field.name]
      // Something went wrong where it was fetched, and was reported there.
      if (value === undefined) return null
      text +=
        field.prefix + (field.nested === null ? toJson(value) : nestedText(value, field.nested))
    }
    return `${text}}`
  }
}

function nestedText(value: unknown, nested: Represent): string {
  if (Array.isArray(value)) return `[${value.map((item) => memberText(item, nested)).join(',')}]`
  return memberText(value, nested)
}

function memberText(value: unknown, nested: Represent): string {
  if (typeof value !== 'object' || value === null) return 'null'
  return nested(value as Data) ?? 'null'
}

/** The general case: fragments inside each other, merged, and rewritten. */
function represent(entity: Data, { requires, isOfType, rewrite }: RepresentationOptions) {
  const representation = select(entity, requires, isOfType)
  if (!representation?.__typename) return null
  rewrite?.(representation)
  return JSON.stringify(representation)
}

function select(source: Data, selections: Selections, isOfType: IsOfType): Data | null {
  const selected: Data = Object.create(null)
  for (const node of selections) {
    if (node.kind === 'Field') {
      const name = node.alias ?? node.name
      const value = ownValue(source, name)
      if (value === undefined) return null
      selected[name] = selectValue(value, node.selections, isOfType)
      continue
    }
    const typename = source.__typename
    if (!node.typeCondition || !typename) continue
    if (!isOfType(String(typename), node.typeCondition)) continue
    const inner = select(source, node.selections, isOfType)
    if (inner !== null) merge(selected, inner, null)
  }
  return selected
}

function selectValue(value: unknown, selections: Selections | undefined, isOfType: IsOfType) {
  if (selections === undefined) return value
  const selectOne = (one: unknown) =>
    typeof one === 'object' && one !== null ? select(one as Data, selections, isOfType) : null
  return Array.isArray(value) ? value.map(selectOne) : selectOne(value)
}
