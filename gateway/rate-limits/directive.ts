// `@rateLimit` on root fields of a composed supergraph: a limit that a subgraph's author sets, beside those of the file.
import { type DocumentNode, Kind, OperationTypeNode } from 'graphql'
import { z } from 'zod'
import { readArguments, supergraphDirectiveNames } from '../supergraph/links.ts'
import { COUNTED_BY, maxSchema, type RateLimit, windowSchema } from './settings.ts'

const argumentsSchema = z.strictObject({
  max: maxSchema,
  windowSeconds: windowSchema,
  by: z.enum(COUNTED_BY).default('principal'),
})

/** @throws Error on one that stands elsewhere than on a root field, or whose arguments make no limit */
export function readRateLimits(document: DocumentNode): RateLimit[] {
  const names = supergraphDirectiveNames(document).rateLimit
  const roots = rootKinds(document)
  return document.definitions.flatMap((definition) => {
    if (
      definition.kind !== Kind.OBJECT_TYPE_DEFINITION &&
      definition.kind !== Kind.INTERFACE_TYPE_DEFINITION
    ) {
      return []
    }
    const root = roots.get(definition.name.value)
    return (definition.fields ?? []).flatMap(({ name, directives = [] }) =>
      directives
        .filter((directive) => names.has(directive.name.value))
        .map((directive) => {
          const coordinate = `${definition.name.value}.${name.value}`
          if (root === undefined) throw misplaced(coordinate)
          return toLimit(readArguments(directive), { coordinate, field: `${root}.${name.value}` })
        }),
    )
  })
}

function toLimit(
  given: Record<string, unknown>,
  { coordinate, field }: { readonly coordinate: string; readonly field: string },
): RateLimit {
  const { data, error } = argumentsSchema.safeParse(given)
  if (data !== undefined) return Object.freeze({ ...data, field })
  const [issue] = error.issues
  throw new Error(`@rateLimit on ${coordinate}: ${issue?.path.join('.')}: ${issue?.message}`)
}

function misplaced(coordinate: string): Error {
  return new Error(
    `@rateLimit on ${coordinate}: only fields of Query and Mutation can be limited; a field below them costs what its operation costs`,
  )
}

/** `Query` and `Mutation`, by whatever the document calls them. */
function rootKinds(document: DocumentNode): ReadonlyMap<string, string> {
  const types = document.definitions
    .flatMap((one) => (one.kind === Kind.SCHEMA_DEFINITION ? one.operationTypes : []))
    .filter(({ operation }) => operation !== OperationTypeNode.SUBSCRIPTION)
  return new Map(
    types.map(({ type, operation }) => [
      type.name.value,
      operation === OperationTypeNode.QUERY ? 'Query' : 'Mutation',
    ]),
  )
}
