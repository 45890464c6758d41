// The JSONObject scalar: what it may hold is checked by anyone who takes it.
import { GraphQLError, GraphQLScalarType, Kind, valueFromASTUntyped } from 'graphql'

function parse(value: unknown): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as Record<string, unknown>
  }
  throw new GraphQLError('JSONObject must be an object', {
    extensions: { code: 'BAD_USER_INPUT' },
  })
}

export const jsonObject = new GraphQLScalarType<Record<string, unknown>, unknown>({
  name: 'JSONObject',
  description: 'A small JSON object.',
  serialize: (value) => value,
  parseValue: parse,
  parseLiteral: (node, variables) =>
    parse(node.kind === Kind.OBJECT ? valueFromASTUntyped(node, variables) : null),
})
