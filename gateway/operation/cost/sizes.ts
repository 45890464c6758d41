// How many items a field's list has at most, as `@listSize` says.
import type { FieldNode, GraphQLField } from 'graphql'
import { GatewayError } from '../../errors.ts'
import { countOf } from '../../long-numbers.ts'
import { type Variables, valueOfArgument } from './inputs.ts'
import type { ListSize } from './rules.ts'

/** Null: nobody knows. */
export type SizeOf = (variables: Variables) => number | null

/**
 * @throws GatewayError GRAPHQL_VALIDATION_FAILED, from what it returns, where exactly one of several arguments has to be sent
 */
export function compileSize(
  node: FieldNode,
  { field, rule }: { field: GraphQLField<unknown, unknown>; rule: ListSize },
): SizeOf {
  const { assumedSize, slicingArguments, needsOneSlicingArgument } = rule
  const slicing = field.args.filter(({ name }) => slicingArguments.includes(name))
  return (variables) => {
    const values = slicing.map((argument) => valueOfArgument(node, argument, variables))
    if (needsOneSlicingArgument) requireOne(field, { values, slicingArguments })
    const sizes = values.flatMap(({ value }) => {
      const size = countOf(value)
      return size === null ? [] : [Math.max(0, size)]
    })
    return sizes.length > 0 ? Math.max(...sizes) : assumedSize
  }
}

function requireOne(
  field: GraphQLField<unknown, unknown>,
  {
    values,
    slicingArguments,
  }: {
    values: readonly { readonly value: unknown; readonly isSent: boolean }[]
    slicingArguments: readonly string[]
  },
): void {
  const sent = values.filter(({ isSent }) => isSent).length
  // A default stands for an argument that is not sent.
  const byDefault = values.filter(({ value }) => value !== undefined && value !== null).length
  if (sent === 1 || (sent === 0 && byDefault === 1)) return
  const names = slicingArguments.map((name) => `"${name}"`).join(', ')
  const message = `The field "${field.name}" takes exactly one of these arguments: ${names}.`
  throw new GatewayError('GRAPHQL_VALIDATION_FAILED', { message })
}
