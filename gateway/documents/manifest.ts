// Trusted documents by their id, as the tools of clients write them at build time.
import { z } from 'zod'

/** `@apollo/generate-persisted-query-manifest`. */
const apolloSchema = z.looseObject({
  format: z.literal('apollo-persisted-query-manifest'),
  version: z.literal(1),
  operations: z.array(z.looseObject({ id: z.string().min(1), body: z.string().min(1) })),
})

/** Relay's `persistConfig`, and most others: id and document. */
const relaySchema = z.record(z.string().min(1), z.string().min(1))

/**
 * @param source named in errors
 * @throws Error that says what is wrong with the file
 */
export function readManifest(text: string, source: string): ReadonlyMap<string, string> {
  const json = parseJson(text, source)
  const isApollo = typeof json === 'object' && json !== null && 'format' in json
  const { data, error } = isApollo
    ? apolloSchema.transform(entriesOf).safeParse(json)
    : relaySchema.transform((all) => Object.entries(all)).safeParse(json)
  if (data === undefined) {
    const [issue] = error.issues
    throw new Error(
      `${source}: ${issue?.path.join('.') || 'file'}: ${issue?.message}. A manifest is Apollo's (format "apollo-persisted-query-manifest", version 1) or Relay's, an object of ids and documents`,
    )
  }
  return uniqueOf(data, source)
}

function entriesOf({ operations }: z.infer<typeof apolloSchema>): [string, string][] {
  return operations.map(({ id, body }) => [id, body])
}

function parseJson(text: string, source: string): unknown {
  try {
    return JSON.parse(text.startsWith('\uFEFF') ? text.slice(1) : text)
  } catch (cause) {
    throw new Error(`${source}: is not JSON: ${(cause as Error).message}`, { cause })
  }
}

function uniqueOf(
  entries: readonly (readonly [string, string])[],
  source: string,
): ReadonlyMap<string, string> {
  const documents = new Map<string, string>()
  for (const [id, body] of entries) {
    const before = documents.get(id)
    if (before !== undefined && before !== body) {
      throw new Error(`${source}: two documents have the id "${id}"`)
    }
    documents.set(id, body)
  }
  return documents
}
