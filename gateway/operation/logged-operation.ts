// What a request's line in the log says of its operation: names alone, bounded, and no value of a client.

interface NamedOperation {
  readonly operationName: string | null
  readonly kind: string
  readonly rootFields: readonly string[]
  readonly queryHash?: string
}

const MAX_FIELDS = 10
const MAX_NAME = 128

/** Members of a JSON object, each with a comma before it. Once for each operation that is kept. */
export function loggedOperation(operation: NamedOperation): string {
  const { operationName, kind, rootFields, queryHash } = operation
  const members = JSON.stringify({
    operation: operationName?.slice(0, MAX_NAME),
    operationType: kind,
    rootFields: rootFields.slice(0, MAX_FIELDS).map((name) => name.slice(0, MAX_NAME)),
    hash: queryHash?.slice(0, 16),
  })
  return `,${members.slice(1, -1)}`
}
