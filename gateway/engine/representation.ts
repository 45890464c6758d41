// What a fetch of entities sends for one of them: its key and whatever else the subgraph requires, as JSON text.
import { unmarkLongNumbers } from '../long-numbers.ts'
import { type Data, isInherited, ownValue } from './data.ts'
import { createMerge } from './merge.ts'
import type { RequiredFragment, RequiredSelection } from './planners/plan.ts'
import type { Rewrite } from './rewrite.ts'
import type { Condition, Run } from './run.ts'
import type { IsOfType } from './types.ts'

/** The text; null when this object is not one of those that are asked for, or lacks what is required. */
export type Represent = (entity: Data, run: Run) => string | null

type Selections = readonly RequiredSelection[]

export interface RepresentationOptions {
  readonly requires: Selections
  readonly isOfType: IsOfType
  readonly rewrite: Rewrite | null
  /** A variable in `@skip` or `@include`. */
  conditionOf(variable: string): Condition
}

/** Compiles the selection for each type of entity that comes along. */
export function compileRepresentation(options: RepresentationOptions): Represent {
  const byType = new Map<string, Represent>()
  return (entity, run) => {
    const typename = entity.__typename
    if (typeof typename !== 'string' || typename === '') return null
    let represent = byType.get(typename)
    if (represent === undefined) {
      represent = compileForType(typename, options)
      // Names that a subgraph makes up are not remembered: there is no end to them.
      if (represent !== nothing) byType.set(typename, represent)
    }
    return represent(entity, run)
  }
}

/** Parts of one object: its type is the same in all of them. */
const merge = createMerge(() => true)

const nothing: Represent = () => null

function compileForType(typename: string, options: RepresentationOptions): Represent {
  const { requires, isOfType, rewrite } = options
  const groups = requires.filter(
    (node) => node.kind === 'Field' || node.type === null || isOfType(typename, node.type),
  )
  if (groups.length === 0) return nothing
  const [group, another] = groups
  const isPlain = rewrite === null && another === undefined && group?.kind === 'Fragment'
  const isConditional = group?.kind === 'Fragment' && (group.skipIf ?? group.includeIf) !== null
  if (
    isPlain &&
    !isConditional &&
    areFields(group.selections) &&
    includesTypename(group.selections)
  ) {
    return rememberByKey(onlyKeyOf(group.selections), compileFields(group.selections))
  }
  return (entity, run) => represent(entity, run, options)
}

function areFields(selections: Selections): boolean {
  return selections.every((node) => node.kind === 'Field' && areFields(node.selections ?? []))
}

function includesTypename(selections: Selections): boolean {
  return selections.some((node) => node.kind === 'Field' && node.name === '__typename')
}

/** The name of the only field beside the type, when it has no selection; else null. */
function onlyKeyOf(selections: Selections): string | null {
  const keys = selections.filter((node) => node.kind === 'Field' && node.name !== '__typename')
  const [key] = keys
  if (keys.length !== 1 || key?.kind !== 'Field' || key.selections !== null) return null
  return key.name
}

/** Many objects of one type have the same key: their text is made once, and found by a value that is in one piece. */
function rememberByKey(name: string | null, represent: Represent): Represent {
  if (name === null || isInherited(name)) return represent
  return function representByKey(entity, run) {
    const key = entity[name]
    // What has members of its own may get others, and be the same object still.
    if (typeof key === 'object') return represent(entity, run)
    const texts = run.textsOf(representByKey)
    const known = texts.get(key)
    if (known !== undefined) return known
    const text = represent(entity, run)
    if (text !== null) texts.set(key, text)
    return text
  }
}

/** The usual case, one fragment of plain fields: text without an object in between. */
function compileFields(selections: Selections): Represent {
  const fields = selections.flatMap((node, index) => {
    if (node.kind !== 'Field') return []
    const { name, as } = node
    const prefix = `${index === 0 ? '{' : ','}${JSON.stringify(as)}:`
    const nested = node.selections === null ? null : compileFields(node.selections)
    return [{ name, prefix, isInherited: isInherited(name), nested }]
  })
  return (entity, run) => {
    let text = ''
    for (const field of fields) {
      const value = field.isInherited ? ownValue(entity, field.name) : entity[field.name]
      // Something went wrong where it was fetched, and was reported there.
      if (value === undefined) return null
      const own = field.nested === null ? run.write(value) : nestedText(value, field.nested, run)
      if (own === null) return null
      text += field.prefix + own
    }
    return `${text}}`
  }
}

/** Null where something that is required did not come: a field must not be computed from what is missing. */
function nestedText(value: unknown, nested: Represent, run: Run): string | null {
  if (Array.isArray(value)) {
    const items = value.map((item) => nestedText(item, nested, run))
    return items.includes(null) ? null : `[${items.join(',')}]`
  }
  if (typeof value !== 'object' || value === null) return 'null'
  return nested(value as Data, run) ?? (isAbsent(value, run) ? 'null' : null)
}

/** What nobody knows is null to whoever requires something of it. */
function isAbsent(value: object, { absent }: Run): boolean {
  return absent?.has(value) === true
}

/** The general case: fragments inside each other, merged, and rewritten. */
function represent(
  entity: Data,
  run: Run,
  { requires, isOfType, rewrite, conditionOf }: RepresentationOptions,
): string | null {
  const isOn = (variable: string) => run.isOn(conditionOf(variable))
  const representation = select(entity, requires, { isOfType, isOn, run })
  if (!representation?.__typename) return null
  rewrite?.(representation)
  return unmarkLongNumbers(JSON.stringify(representation))
}

interface Selecting {
  readonly run: Run
  readonly isOfType: IsOfType
  isOn(variable: string): boolean
}

function select(source: Data, selections: Selections, how: Selecting): Data | null {
  const selected: Data = Object.create(null)
  for (const node of selections) {
    if (node.kind === 'Field') {
      const value = ownValue(source, node.name)
      if (value === undefined) return null
      const own = selectValue(value, node.selections, how)
      if (own === undefined) return null
      selected[node.as] = own
      continue
    }
    if (isLeftOut(node, how)) continue
    const typename = source.__typename
    if (node.type !== null && (!typename || !how.isOfType(String(typename), node.type))) continue
    const inner = select(source, node.selections, how)
    if (inner === null) return null
    merge(selected, inner, null)
  }
  return selected
}

function isLeftOut({ skipIf, includeIf }: RequiredFragment, { isOn }: Selecting): boolean {
  if (skipIf !== null && isOn(skipIf)) return true
  return includeIf !== null && !isOn(includeIf)
}

/** False for what is known by its interface alone, where something is required of some of its objects. */
function isDecided({ __typename }: Data, selections: Selections, { isOfType }: Selecting): boolean {
  const typename = String(__typename ?? '')
  return selections.every(
    (one) =>
      one.kind === 'Field' ||
      one.type === null ||
      isOfType(typename, one.type) ||
      !isOfType(one.type, typename),
  )
}

/** Undefined where something that is required did not come. */
function selectValue(value: unknown, selections: Selections | null, how: Selecting): unknown {
  if (selections === null) return value
  if (Array.isArray(value)) {
    const items = value.map((item) => selectValue(item, selections, how))
    return items.includes(undefined) ? undefined : items
  }
  if (typeof value !== 'object' || value === null) return null
  const own = isDecided(value as Data, selections, how)
    ? select(value as Data, selections, how)
    : null
  return own ?? (isAbsent(value, how.run) ? null : undefined)
}
