// Several requests for entities may travel in one fetch, each under its alias: what of the answer is whose.
import type { GraphQLFormattedError } from 'graphql'
import type { SubgraphAnswer } from '../subgraph/data-source.ts'

/**
 * The part of an answer that belongs to one alias, as if it alone had been asked for.
 *
 * @param isFirst errors that name no alias are told once
 */
export function answerFor(
  { data, errors, isUnanswered }: SubgraphAnswer,
  alias: string,
  { isFirst }: { readonly isFirst: boolean },
): SubgraphAnswer {
  return {
    data: data === null ? null : { _entities: data[alias] },
    ...(errors !== undefined && { errors: errorsFor(errors, alias, isFirst) }),
    ...(isUnanswered !== undefined && { isUnanswered }),
  }
}

function errorsFor(
  errors: readonly GraphQLFormattedError[],
  alias: string,
  isFirst: boolean,
): GraphQLFormattedError[] {
  return errors.filter(({ path }) => {
    const [first] = path ?? []
    return typeof first === 'string' ? first === alias : isFirst
  })
}
