// Several requests for entities may travel in one fetch, each under its alias: what of the answer is whose.
import type { GraphQLFormattedError } from 'graphql'
import type { SubgraphAnswer } from '../subgraph/data-source.ts'

interface Whose {
  /** Of all requests of the fetch. */
  readonly aliases: readonly string[]
  /** Whether it tells the errors that name no alias: one request does, or they would be told often, or never. */
  readonly isTeller: boolean
}

/** The part of an answer that belongs to one alias, as if it alone had been asked for. */
export function answerFor(
  { data, errors, isUnanswered, isPlain = false }: SubgraphAnswer,
  alias: string,
  whose: Whose,
): SubgraphAnswer {
  return {
    data: data === null ? null : { _entities: data[alias] },
    isPlain,
    ...(errors !== undefined && { errors: errorsFor(errors, alias, whose) }),
    ...(isUnanswered !== undefined && { isUnanswered }),
  }
}

function errorsFor(
  errors: readonly GraphQLFormattedError[],
  alias: string,
  { aliases, isTeller }: Whose,
): GraphQLFormattedError[] {
  return errors.flatMap((error) => {
    const first = error.path?.[0]
    if (first === alias) return [error]
    if (!isTeller || (typeof first === 'string' && aliases.includes(first))) return []
    // A path that leads nowhere says nothing of where it belongs.
    const { path: _, ...placeless } = error
    return [placeless]
  })
}
