// When each field was asked for last. Apart from the operations, of which a stranger can send as many as it takes for others to be
// forgotten: there are only as many fields as the schema has.

export interface FieldsAsked {
  /** The later time counts. */
  saw(fields: readonly string[], at: number): void
  /** As `Type.field`. */
  since(at: number): readonly string[]
  entries(): readonly (readonly [string, number])[]
  /** Forgets what was not asked for since; beyond a bound also what the schema no longer has. */
  forget(since: number, isField: (coordinate: string) => boolean): void
}

/** Of graphs that were served in turn. */
const MOST = 100_000

export function createFieldsAsked(): FieldsAsked {
  const lastAt = new Map<string, number>()
  return {
    saw(fields, at) {
      for (const field of fields) if ((lastAt.get(field) ?? 0) < at) lastAt.set(field, at)
    },
    since: (at) => [...lastAt].flatMap(([field, last]) => (last >= at ? [field] : [])),
    entries: () => [...lastAt],
    forget(since, isField) {
      for (const [field, last] of lastAt)
        if (last < since || (lastAt.size > MOST && !isField(field))) lastAt.delete(field)
    },
  }
}
