// Errors of a result as Apollo Server wants them. Apart from what loads Apollo Server: most gateways have none.
import { GraphQLError, type GraphQLFormattedError } from 'graphql'

// Apollo Server formats errors itself, and takes none that is not a GraphQLError.
export function reviveErrors(errors: readonly GraphQLFormattedError[] | undefined) {
  if (errors === undefined) return {}
  return {
    errors: errors.map(({ message, path, extensions }) => {
      return new GraphQLError(message, { path: path ?? null, extensions: extensions ?? null })
    }),
  }
}
