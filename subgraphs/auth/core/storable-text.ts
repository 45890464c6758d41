// Text that a database can keep: PostgreSQL stores no NUL, and UTF-8 no half of a surrogate pair.
const UNSTORABLE = /\0|\p{Surrogate}/u

export function isStorable(text: string): boolean {
  return !UNSTORABLE.test(text)
}

/** Where in an input there is text that cannot be kept; null when there is none. */
export function findUnstorable(
  value: unknown,
  path: readonly string[] = [],
): readonly string[] | null {
  if (typeof value === 'string') return isStorable(value) ? null : path
  if (typeof value !== 'object' || value === null) return null
  for (const [key, item] of Object.entries(value)) {
    const found = isStorable(key) ? findUnstorable(item, [...path, key]) : path
    if (found !== null) return found
  }
  return null
}
