// The DateTime scalar: ISO 8601 in UTC. Each subgraph declares it for itself.
import { GraphQLError, GraphQLScalarType } from 'graphql'

export const DateTime = new GraphQLScalarType<Date, string>({
  name: 'DateTime',
  serialize(value) {
    if (value instanceof Date) return value.toISOString()
    throw new GraphQLError('DateTime needs a Date')
  },
})
