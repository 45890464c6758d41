// How many nodes an operation may yield: the page sizes of nested lists multiply, so three pages of 100 are a million.
import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  isInterfaceType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql'
import type { GatewayError } from '../errors.ts'
import type { OperationLimits } from './limits.ts'
import { tooComplexBecause } from './too-complex.ts'

export interface NodeCountOptions {
  readonly schema: GraphQLSchema
  readonly operation: OperationDefinitionNode
  /** The operation and its fragments, valid against the schema and measured. */
  readonly document: DocumentNode
  readonly limits: OperationLimits
}

type Variables = Readonly<Record<string, unknown>>

type PageSize = number | { readonly variable: string }

/** A field with `first` or `last`; fields without are left out, what is below them moves up. */
interface PagedField {
  /** Literals, and variables by name. The largest counts. */
  readonly sizes: readonly PageSize[]
  readonly below: readonly PagedField[]
}

const PAGE_ARGUMENTS = new Set(['first', 'last'])

/**
 * Compiled once per operation.
 *
 * @returns A check that throws GatewayError OPERATION_TOO_COMPLEX for these variables.
 * @throws The same at once, when no variable has a part in it.
 */
export function createNodeCheck(options: NodeCountOptions): (variables: Variables) => void {
  const { limits } = options
  const fields = pagedFields(options)
  const defaults = variableDefaults(options.operation)
  const check = (variables: Variables) => {
    const count = countNodes(fields, 1, { limits, variables: { ...defaults, ...variables } })
    if (count > limits.nodes) throw tooMany(count, limits.nodes)
  }
  if (usesVariables(fields)) return check
  check({})
  return () => undefined
}

interface Counting {
  readonly limits: OperationLimits
  readonly variables: Variables
}

function countNodes(fields: readonly PagedField[], parents: number, counting: Counting): number {
  let count = 0
  for (const { sizes, below } of fields) {
    const nodes = parents * pageSize(sizes, counting)
    count += nodes + countNodes(below, nodes, counting)
  }
  return count
}

function pageSize(sizes: readonly PageSize[], { limits, variables }: Counting): number {
  const values = sizes.map((size) => (typeof size === 'number' ? size : variables[size.variable]))
  // Null, absent or below 1: subgraphs may read it as a page of their own.
  return Math.max(
    ...values.map((value) => (typeof value === 'number' && value > 0 ? value : limits.defaultPage)),
  )
}

function usesVariables(fields: readonly PagedField[]): boolean {
  return fields.some(
    ({ sizes, below }) => sizes.some((size) => typeof size !== 'number') || usesVariables(below),
  )
}

/** One place of the answer: every selection that ends up under one response name, on whatever type. */
interface Place {
  readonly field: FieldNode
  readonly parent: GraphQLNamedType
}

function pagedFields({ schema, operation, document, limits }: NodeCountOptions): PagedField[] {
  const fragments = new Map<string, FragmentDefinitionNode>()
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION)
      fragments.set(definition.name.value, definition)
  }

  function readSets(sets: readonly { set: SelectionSetNode; parent: GraphQLNamedType }[]) {
    const byName = new Map<string, Place[]>()
    for (const { set, parent } of sets) collect(set, parent, byName)
    return [...byName.values()].flatMap(readPlaces)
  }

  // Fragments that ask for the same field merge into one: counted once, as it is answered once.
  function readPlaces(places: readonly Place[]): readonly PagedField[] {
    const sets = places.flatMap(({ field, parent }) => {
      const type = definitionOf(field, parent)?.type
      return type && field.selectionSet
        ? [{ set: field.selectionSet, parent: getNamedType(type) }]
        : []
    })
    const below = readSets(sets)
    const paged = places.filter((place) => isPaged(definitionOf(place.field, place.parent)))
    if (paged.length === 0) return below
    return [{ sizes: paged.flatMap(({ field }) => sizesOf(field, limits)), below }]
  }

  function collect(
    set: SelectionSetNode,
    parent: GraphQLNamedType,
    byName: Map<string, Place[]>,
  ): void {
    for (const selection of set.selections) {
      if (selection.kind === Kind.FIELD) {
        const name = (selection.alias ?? selection.name).value
        const places = byName.get(name) ?? []
        places.push({ field: selection, parent })
        byName.set(name, places)
        continue
      }
      const fragment =
        selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments.get(selection.name.value)
      if (!fragment) continue
      const condition = fragment.typeCondition?.name.value
      const type = condition === undefined ? parent : schema.getType(condition)
      collect(fragment.selectionSet, type ?? parent, byName)
    }
  }

  const root = schema.getRootType(operation.operation)
  return root ? readSets([{ set: operation.selectionSet, parent: root }]) : []
}

function definitionOf(
  { name }: FieldNode,
  parent: GraphQLNamedType,
): GraphQLField<unknown, unknown> | undefined {
  return isObjectType(parent) || isInterfaceType(parent)
    ? parent.getFields()[name.value]
    : undefined
}

function isPaged(definition: GraphQLField<unknown, unknown> | undefined): boolean {
  return definition?.args.some(({ name }) => PAGE_ARGUMENTS.has(name)) === true
}

function sizesOf(field: FieldNode, { defaultPage }: OperationLimits): readonly PageSize[] {
  const sizes = (field.arguments ?? []).flatMap(({ name, value }): PageSize[] => {
    if (!PAGE_ARGUMENTS.has(name.value)) return []
    if (value.kind === Kind.VARIABLE) return [{ variable: value.name.value }]
    return value.kind === Kind.INT ? [Number(value.value)] : []
  })
  return sizes.length > 0 ? sizes : [defaultPage]
}

function variableDefaults({ variableDefinitions = [] }: OperationDefinitionNode): Variables {
  const defaults: Record<string, number> = {}
  for (const { variable, defaultValue } of variableDefinitions) {
    if (defaultValue?.kind === Kind.INT) defaults[variable.name.value] = Number(defaultValue.value)
  }
  return defaults
}

function tooMany(value: number, maximum: number): GatewayError {
  const message = `The operation asks for too many nodes: ${value}, and ${maximum} at most. Page sizes multiply.`
  return tooComplexBecause(message, { limit: 'nodes', value, maximum })
}
