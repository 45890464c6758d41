// A field that is made from fields of other subgraphs (`@requires`) demands what they demand: else it would be a way around
// them, and composition refuses it. Where its author wrote no rule, theirs are written in.
import type { AccessRule } from '@sallyport/claims/predicates'
import { type FieldNode, Kind, parse, type SelectionSetNode, type TypeNode } from 'graphql'
import { demandsSomething } from '../demands.ts'
import { federationDirectives, readArguments } from '../links.ts'
import type { FieldSource, SubgraphDocument } from '../subgraph-document.ts'
import { addRule } from './file-rules.ts'

/** By subgraph and coordinate. */
export type RulesOf = ReadonlyMap<string, ReadonlyMap<string, AccessRule>>

/** A field may require one that requires another. */
const LONGEST_CHAIN = 8

/** @param defaults What fields without a rule have so far; those that require others get more. */
export function withRequiredRules(all: readonly SubgraphDocument[], defaults: RulesOf): RulesOf {
  const rules = new Map([...defaults].map(([name, own]) => [name, new Map(own)]))
  for (let turn = 0; turn < LONGEST_CHAIN; turn += 1) {
    const before = JSON.stringify([...rules].map(([name, own]) => [name, [...own]]))
    for (const subgraph of all) addTo(subgraph, { all, rules })
    if (JSON.stringify([...rules].map(([name, own]) => [name, [...own]])) === before) break
  }
  return rules
}

interface Place {
  readonly all: readonly SubgraphDocument[]
  readonly rules: ReadonlyMap<string, Map<string, AccessRule>>
}

function addTo(subgraph: SubgraphDocument, place: Place): void {
  const federation = federationDirectives(subgraph.document)
  const own = place.rules.get(subgraph.config.name)
  for (const type of subgraph.types.values()) {
    for (const field of type.fields.values()) {
      const [requires] = federation.on(field.node, 'requires')
      const isWritten = field.rule !== null || own?.has(field.coordinate) !== true
      if (requires === undefined || isWritten) continue
      for (const coordinate of requiredBy(String(readArguments(requires).fields), type.name, place))
        add(own, field, ruleOf(coordinate, place))
    }
  }
}

function add(
  own: Map<string, AccessRule> | undefined,
  { coordinate }: FieldSource,
  required: AccessRule | null,
): void {
  if (required === null || !demandsSomething(required)) return
  const rule = addRule(own?.get(coordinate) ?? null, { ...required, public: false })
  if (rule !== null) own?.set(coordinate, rule)
}

/** What everybody who has the field says of it, its type included. */
function ruleOf(coordinate: string, { all, rules }: Place): AccessRule | null {
  const [typeName = '', fieldName = ''] = coordinate.split('.')
  return all
    .flatMap(({ config, types }) => {
      const type = types.get(typeName)
      const field = type?.fields.get(fieldName)
      if (field === undefined) return []
      return [type?.rule ?? null, field.rule, rules.get(config.name)?.get(coordinate) ?? null]
    })
    .reduce(addRule, null)
}

function requiredBy(fields: string, type: string, place: Place): readonly string[] {
  const [operation] = parse(`{ ${fields} }`).definitions
  if (operation?.kind !== Kind.OPERATION_DEFINITION) return []
  return coordinatesIn(operation.selectionSet, type, place)
}

function coordinatesIn(set: SelectionSetNode, type: string, place: Place): readonly string[] {
  return set.selections.flatMap((selection) => {
    if (selection.kind === Kind.FRAGMENT_SPREAD) return []
    if (selection.kind === Kind.INLINE_FRAGMENT) {
      const { typeCondition, selectionSet } = selection
      return coordinatesIn(selectionSet, typeCondition?.name.value ?? type, place)
    }
    return coordinatesOf(selection, type, place)
  })
}

function coordinatesOf(field: FieldNode, type: string, place: Place): readonly string[] {
  const name = field.name.value
  const own = typesOf(type, place).map((one) => `${one}.${name}`)
  if (field.selectionSet === undefined) return own
  const found = place.all.flatMap(({ types }) => types.get(type)?.fields.get(name)?.node.type ?? [])
  const [below] = found
  return below === undefined
    ? own
    : [...own, ...coordinatesIn(field.selectionSet, nameOf(below), place)]
}

/** An interface's field stands for those of every type that implements it. */
function typesOf(type: string, { all }: Place): readonly string[] {
  const implementing = all.flatMap(({ types }) =>
    [...types.values()]
      .filter(({ nodes }) =>
        nodes.some((node) => node.interfaces?.some((one) => one.name.value === type)),
      )
      .map(({ name }) => name),
  )
  return [...new Set([type, ...implementing])]
}

function nameOf(type: TypeNode): string {
  return type.kind === Kind.NAMED_TYPE ? type.name.value : nameOf(type.type)
}
