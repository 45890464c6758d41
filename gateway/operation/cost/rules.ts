// `@cost` and `@listSize` as a supergraph has them (cost spec v0.1, which Federation 2.9 composes; after IBM's specification).
import {
  type ConstDirectiveNode,
  type DefinitionNode,
  type DocumentNode,
  type FieldDefinitionNode,
  type InputValueDefinitionNode,
  Kind,
} from 'graphql'
import { type Directed, readArguments, schemaNodes } from '../../supergraph/links.ts'
import { atOnce, type Pieces } from '../../supergraph/slices.ts'

export interface ListSize {
  /** Null: the list may have any size. */
  readonly assumedSize: number | null
  /** Arguments that say how many items there are at most. */
  readonly slicingArguments: readonly string[]
  /** Lists below the field that the size is of; empty: the field itself. */
  readonly sizedFields: readonly string[]
  readonly needsOneSlicingArgument: boolean
}

export interface CostRules {
  /** Nothing in the graph has a cost of its own. */
  readonly isEmpty: boolean
  /** By type, `Type.field`, `Type.field(argument:)` or `Input.field`. */
  weightOf(coordinate: string): number | undefined
  /** By `Type.field`. */
  sizeOf(coordinate: string): ListSize | undefined
}

/** Of a graph that says nothing. */
export const noCostRules: CostRules = Object.freeze({
  isEmpty: true,
  weightOf: () => undefined,
  sizeOf: () => undefined,
})

export function readCostRules(supergraph: DocumentNode): CostRules {
  return atOnce(costRulesInPieces(supergraph))
}

export function* costRulesInPieces(supergraph: DocumentNode): Pieces<CostRules> {
  const names = readNames(supergraph)
  if (names.cost === null && names.listSize === null) return noCostRules
  const weights = new Map<string, number>()
  const sizes = new Map<string, ListSize>()
  for (const definition of supergraph.definitions) {
    readDefinition(definition)
    yield
  }
  return {
    isEmpty: weights.size === 0 && sizes.size === 0,
    weightOf: (coordinate) => weights.get(coordinate),
    sizeOf: (coordinate) => sizes.get(coordinate),
  }

  function readDefinition(definition: DefinitionNode): void {
    switch (definition.kind) {
      case Kind.SCALAR_TYPE_DEFINITION:
      case Kind.ENUM_TYPE_DEFINITION:
        readWeight(definition, definition.name.value)
        break
      case Kind.INPUT_OBJECT_TYPE_DEFINITION:
        for (const field of definition.fields ?? []) readInput(field, definition.name.value)
        break
      case Kind.OBJECT_TYPE_DEFINITION:
      case Kind.INTERFACE_TYPE_DEFINITION:
        readWeight(definition, definition.name.value)
        for (const field of definition.fields ?? []) readField(field, definition.name.value)
        break
    }
  }

  function readInput(field: InputValueDefinitionNode, type: string): void {
    readWeight(field, `${type}.${field.name.value}`)
  }

  function readField(field: FieldDefinitionNode, type: string): void {
    const coordinate = `${type}.${field.name.value}`
    readWeight(field, coordinate)
    for (const argument of field.arguments ?? []) {
      readWeight(argument, `${coordinate}(${argument.name.value}:)`)
    }
    const [size] = named(field, names.listSize)
    if (size !== undefined) sizes.set(coordinate, readSize(readArguments(size)))
  }

  function readWeight(node: Directed, coordinate: string): void {
    const [cost] = named(node, names.cost)
    // IBM's is a text, Apollo's a number.
    const weight = cost === undefined ? Number.NaN : Number(readArguments(cost).weight)
    // Less than nothing would pay for what other subgraphs' fields cost.
    if (Number.isFinite(weight)) weights.set(coordinate, Math.max(0, weight))
  }
}

function readSize(said: Readonly<Record<string, unknown>>): ListSize {
  const { assumedSize, slicingArguments, sizedFields, requireOneSlicingArgument } = said
  return {
    assumedSize: assumedSize === undefined || assumedSize === null ? null : Number(assumedSize),
    slicingArguments: textsOf(slicingArguments),
    sizedFields: textsOf(sizedFields),
    needsOneSlicingArgument:
      requireOneSlicingArgument !== false && textsOf(slicingArguments).length > 0,
  }
}

function named({ directives = [] }: Directed, name: string | null): readonly ConstDirectiveNode[] {
  return directives.filter((directive) => directive.name.value === name)
}

function textsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(String) : []
}

const COST_URL = /^https:\/\/specs\.apollo\.dev\/cost\/v\d+\.\d+$/

/** What the two are called here; null: a directive of that name is somebody's own. */
function readNames(supergraph: DocumentNode) {
  const links = schemaNodes(supergraph)
    .flatMap(({ directives }) => directives ?? [])
    .map(readArguments)
    .filter(({ url }) => COST_URL.test(String(url)))
  const nameOf = (directive: string) =>
    links.map((link) => localName(link, directive)).find((name) => name !== null) ?? null
  return { cost: nameOf('cost'), listSize: nameOf('listSize') }
}

/** A feature's own directive goes by the feature's name unless it is imported; `@cost` is both. */
function localName(link: Readonly<Record<string, unknown>>, directive: string): string | null {
  const { as: namespace = 'cost', import: imports } = link
  for (const item of Array.isArray(imports) ? imports : []) {
    if (item === `@${directive}`) return directive
    if (typeof item !== 'object' || item === null || item.name !== `@${directive}`) continue
    return typeof item.as === 'string' ? item.as.slice(1) : directive
  }
  return directive === 'cost' ? String(namespace) : `${namespace}__${directive}`
}
