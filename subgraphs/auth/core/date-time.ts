// The DateTime scalar: RFC 3339 in UTC, as `2026-01-31T12:00:00.000Z`.
import { GraphQLError, GraphQLScalarType, Kind } from 'graphql'
import { parseTime } from '../../../platform/time.ts'

function parse(value: unknown): Date {
  const time = typeof value === 'string' ? parseTime(value) : null
  if (time !== null) return time
  throw new GraphQLError('DateTime must be RFC 3339, as "2026-01-31T12:00:00Z"', {
    extensions: { code: 'BAD_USER_INPUT' },
  })
}

export const dateTime = new GraphQLScalarType<Date, string>({
  name: 'DateTime',
  description: 'A moment in UTC, RFC 3339.',
  serialize: (value) => (value instanceof Date ? value : new Date(String(value))).toISOString(),
  parseValue: parse,
  parseLiteral: (node) => parse(node.kind === Kind.STRING ? node.value : null),
})
