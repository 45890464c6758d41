// What the arguments of a field cost: an input object 1, a leaf nothing, each item of a list once, unless `@cost` says otherwise.
import {
  type FieldNode,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputType,
  getNamedType,
  getNullableType,
  isInputObjectType,
  isListType,
  valueFromASTUntyped,
} from 'graphql'
import type { CostRules } from './rules.ts'

export type Variables = Readonly<Record<string, unknown>>

/** @returns the cost for these variables */
export type InputCost = (variables: Variables) => number

/** @param coordinate `Type.field` */
export function compileInputs(
  node: FieldNode,
  {
    field,
    coordinate,
    rules,
  }: { field: GraphQLField<unknown, unknown>; coordinate: string; rules: CostRules },
): InputCost {
  const given = (node.arguments ?? []).flatMap(({ name, value }) => {
    const argument = field.args.find((one) => one.name === name.value)
    return argument === undefined ? [] : [{ argument, value }]
  })
  return (variables) => {
    let cost = 0
    for (const { argument, value } of given) {
      const own = rules.weightOf(`${coordinate}(${argument.name}:)`)
      const actual = valueFromASTUntyped(value, variables)
      cost += costOf(actual, { type: argument.type, own, rules })
    }
    return cost
  }
}

interface Place {
  readonly type: GraphQLInputType
  /** What `@cost` says of the argument or input field. */
  readonly own: number | undefined
  readonly rules: CostRules
}

function costOf(value: unknown, { type: declared, own, rules }: Place): number {
  if (value === undefined || value === null) return 0
  const type = getNullableType(declared)
  if (isListType(type)) {
    const items: readonly unknown[] = Array.isArray(value) ? value : [value]
    return items.reduce<number>(
      (sum, item) => sum + costOf(item, { type: type.ofType, own, rules }),
      0,
    )
  }
  const named = getNamedType(type)
  const isObject = isInputObjectType(named)
  let cost = own ?? rules.weightOf(named.name) ?? (isObject ? 1 : 0)
  if (!isObject || typeof value !== 'object') return cost
  for (const [name, member] of Object.entries(value)) {
    const field = Object.hasOwn(named.getFields(), name) ? named.getFields()[name] : undefined
    if (field === undefined) continue
    const weight = rules.weightOf(`${named.name}.${name}`)
    cost += costOf(member, { type: field.type, own: weight, rules })
  }
  return cost
}

/** What a field is asked for under this argument; its default where nothing is sent. */
export function valueOfArgument(
  node: FieldNode,
  argument: GraphQLArgument,
  variables: Variables,
): { readonly value: unknown; readonly isSent: boolean } {
  const sent = node.arguments?.find(({ name }) => name.value === argument.name)
  const value = sent && valueFromASTUntyped(sent.value, variables)
  if (value !== undefined) return { value, isSent: value !== null }
  return { value: argument.defaultValue, isSent: false }
}
