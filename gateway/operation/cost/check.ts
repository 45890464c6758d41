// What an operation costs at most, before anything of it is planned.
//
//   cost of a selection set = the sum over its fields
//   cost of a field         = size of its list x (its own weight + cost of its selection set) + cost of its arguments
//
// A weight is what `@cost` says of the field, else of its type, else 1 for objects and 0 for leaves. A field that is selected twice
// on one type, under one name, counts once; fragments on different types add up, and what `@skip` and `@include` leave out counts.
import {
  type DocumentNode,
  type FieldNode,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isCompositeType,
  isLeafType,
  isListType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql'
import type { OperationLimits } from '../limits.ts'
import { fragmentsOf } from '../select.ts'
import { tooComplexBecause } from '../too-complex.ts'
import { variableDefaults } from '../variable-defaults.ts'
import { compileInputs, type InputCost, type Variables } from './inputs.ts'
import type { CostRules } from './rules.ts'
import { compileSize, type SizeOf } from './sizes.ts'

export interface CostCheckOptions {
  readonly schema: GraphQLSchema
  readonly operation: OperationDefinitionNode
  /** The operation and its fragments, valid against the schema and measured. */
  readonly document: DocumentNode
  readonly limits: OperationLimits
  readonly rules: CostRules
}

interface CostField {
  readonly name: string
  readonly weight: number
  readonly isList: boolean
  readonly inputs: InputCost
  readonly size: SizeOf | null
  /** Lists below it that its size is of; null: it is its own. */
  readonly sizedFields: readonly string[] | null
  readonly below: readonly CostField[]
}

/** @returns A check that throws GatewayError OPERATION_TOO_COMPLEX for these variables. */
export function createCostCheck(options: CostCheckOptions): (variables: Variables) => void {
  const { cost: maximum } = options.limits
  if (maximum === null) return () => undefined
  const costOf = createCost(options)
  return (variables) => {
    const value = costOf(variables)
    if (value <= maximum) return
    const message = `The operation costs too much: ${value}, and ${maximum} at most.`
    throw tooComplexBecause(message, { limit: 'cost', value, maximum })
  }
}

/** What the operation costs for these variables, also where the graph has no limit for it. */
export function createCost(options: CostCheckOptions): (variables: Variables) => number {
  const { assumedListSize } = options.limits
  const fields = compileFields(options)
  const defaults = variableDefaults(options.operation)
  return (variables) =>
    sumOf(fields, null, { variables: { ...defaults, ...variables }, assumedListSize })
}

interface Counting {
  readonly variables: Variables
  readonly assumedListSize: number
}

/** What a field says of the lists below it. */
interface Sized {
  readonly fields: readonly string[]
  readonly size: number | null
}

function sumOf(fields: readonly CostField[], sized: Sized | null, counting: Counting): number {
  let sum = 0
  for (const field of fields) sum += costOf(field, sized, counting)
  return sum
}

function costOf(field: CostField, sized: Sized | null, counting: Counting): number {
  const { variables, assumedListSize } = counting
  const own = field.size?.(variables) ?? null
  const fromAbove = sized?.fields.includes(field.name) ? sized.size : null
  const known = fromAbove ?? (field.sizedFields === null ? own : null)
  const items = field.isList ? (known ?? assumedListSize) : 1
  const below = field.sizedFields === null ? null : { fields: field.sizedFields, size: own }
  return items * (field.weight + sumOf(field.below, below, counting)) + field.inputs(variables)
}

/** One field of one type, under one name. */
interface Place {
  readonly parent: GraphQLCompositeType
  readonly nodes: FieldNode[]
}

function compileFields({ schema, operation, document, rules }: CostCheckOptions): CostField[] {
  const fragments = fragmentsOf(document)
  const root = schema.getRootType(operation.operation)
  return root ? compileSets(root, [operation.selectionSet]) : []

  function compileSets(
    parent: GraphQLCompositeType,
    sets: readonly SelectionSetNode[],
  ): CostField[] {
    const places = new Map<string, Place>()
    for (const set of sets) collect(set, parent, places)
    return [...places.values()].flatMap(compilePlace)
  }

  function compilePlace({ parent, nodes }: Place): CostField[] {
    const [node] = nodes
    const field = node && fieldOf(parent, node)
    if (!node || !field) return []
    const coordinate = `${parent.name}.${field.name}`
    const named = getNamedType(field.type)
    const rule = rules.sizeOf(coordinate)
    return [
      {
        name: field.name,
        weight:
          rules.weightOf(coordinate) ?? rules.weightOf(named.name) ?? (isLeafType(named) ? 0 : 1),
        isList: isListType(getNullableType(field.type)),
        inputs: compileInputs(node, { field, coordinate, rules }),
        size: rule ? compileSize(node, { field, rule }) : null,
        sizedFields: rule && rule.sizedFields.length > 0 ? rule.sizedFields : null,
        below: isCompositeType(named)
          ? compileSets(
              named,
              nodes.flatMap(({ selectionSet }) => selectionSet ?? []),
            )
          : [],
      },
    ]
  }

  function collect(
    set: SelectionSetNode,
    parent: GraphQLCompositeType,
    places: Map<string, Place>,
  ): void {
    for (const selection of set.selections) {
      if (selection.kind === Kind.FIELD) {
        const key = `${parent.name} ${(selection.alias ?? selection.name).value}`
        const place = places.get(key)
        if (place === undefined) places.set(key, { parent, nodes: [selection] })
        else place.nodes.push(selection)
        continue
      }
      const fragment =
        selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments.get(selection.name.value)
      if (fragment === undefined) continue
      const condition = fragment.typeCondition && schema.getType(fragment.typeCondition.name.value)
      collect(fragment.selectionSet, isCompositeType(condition) ? condition : parent, places)
    }
  }
}

function fieldOf(
  parent: GraphQLCompositeType,
  { name }: FieldNode,
): GraphQLField<unknown, unknown> | undefined {
  return 'getFields' in parent ? parent.getFields()[name.value] : undefined
}
