// The DateTime scalar: RFC 3339 in UTC, as `2026-01-31T12:00:00.000Z`.
import { GraphQLError, GraphQLScalarType, Kind } from 'graphql'

const RFC_3339 = /^(\d{4}-\d\d-\d\d)T([01]\d|2[0-3]):\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)$/

function parse(value: unknown): Date {
  const [, day] = typeof value === 'string' ? (RFC_3339.exec(value) ?? []) : []
  const time = new Date(day === undefined ? Number.NaN : String(value))
  if (Number.isNaN(time.getTime()) || !isInCalendar(day)) {
    throw new GraphQLError('DateTime must be RFC 3339, as "2026-01-31T12:00:00Z"', {
      extensions: { code: 'BAD_USER_INPUT' },
    })
  }
  return time
}

/** The engine takes 30 February for 2 March. */
function isInCalendar(day: string | undefined): boolean {
  const midnight = new Date(`${day}T00:00:00Z`)
  return !Number.isNaN(midnight.getTime()) && midnight.toISOString().startsWith(`${day}T`)
}

export const dateTime = new GraphQLScalarType<Date, string>({
  name: 'DateTime',
  description: 'A moment in UTC, RFC 3339.',
  serialize: (value) => (value instanceof Date ? value : new Date(String(value))).toISOString(),
  parseValue: parse,
  parseLiteral: (node) => parse(node.kind === Kind.STRING ? node.value : null),
})
