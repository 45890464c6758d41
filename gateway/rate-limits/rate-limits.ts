// The limits of one graph, sorted by when they are looked at: an address is known at once, a principal after its credential,
// a field after the document. They belong to the graph and are swapped with it; the counts are the gateway's.
import type { DocumentNode, GraphQLSchema } from 'graphql'
import type { PreparedOperation } from '../operation/prepared-operation.ts'
import { readRateLimits } from './directive.ts'
import type { RateLimit } from './settings.ts'

export interface RateLimits {
  /** Of every request, by address: counted before anything is read. */
  readonly first: readonly RateLimit[]
  /** Of every request, by who is asking. */
  readonly requests: readonly RateLimit[]
  /** By root field, such as `Mutation.login`. */
  readonly fields: ReadonlyMap<string, readonly RateLimit[]>
}

/**
 * @param limits those of the file
 * @throws Error for a field that the graph does not have: a limit that matches nothing would be missed by nobody
 */
export function createRateLimits(
  limits: readonly RateLimit[],
  { document, schema }: { readonly document: DocumentNode; readonly schema: GraphQLSchema },
): RateLimits {
  for (const { field } of limits) requireField(schema, field)
  const all = [...limits, ...readRateLimits(document)]
  const requests = all.filter(({ field }) => field === null)
  const fields = new Map<string, RateLimit[]>()
  for (const limit of all) {
    if (limit.field === null) continue
    fields.set(limit.field, [...(fields.get(limit.field) ?? []), limit])
  }
  return {
    first: requests.filter(({ by }) => by === 'address'),
    requests: requests.filter(({ by }) => by !== 'address'),
    fields,
  }
}

function requireField(schema: GraphQLSchema, field: string | null): void {
  if (field === null) return
  const [root, name = ''] = field.split('.')
  const type = root === 'Query' ? schema.getQueryType() : schema.getMutationType()
  if (type?.getFields()[name] !== undefined) return
  throw new Error(`limits: the graph has no field ${field}`)
}

/** How often an operation asks for a field that is limited: each alias counts. */
export interface CountedField {
  readonly limit: RateLimit
  readonly times: number
}

export function countedFields(
  { fields }: RateLimits,
  { rootCoordinates }: Pick<PreparedOperation, 'rootCoordinates'>,
): CountedField[] {
  if (fields.size === 0) return []
  const times = new Map<string, number>()
  for (const field of rootCoordinates) times.set(field, (times.get(field) ?? 0) + 1)
  return [...times].flatMap(([field, count]) =>
    (fields.get(field) ?? []).map((limit) => ({ limit, times: count })),
  )
}
