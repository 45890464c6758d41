// The documents of a manifest: found by their id, and known again by their text.
import { stripIgnoredCharacters } from 'graphql'
import { createBoundedCache } from '../bounded-cache.ts'

export interface TrustedDocuments {
  readonly size: number
  textOf(id: string): string | null
  /** Whether the text is one of them, blanks, commas and comments apart. */
  has(text: string): boolean
}

const REMEMBERED = { maxEntries: 2000, maxWeight: 4_000_000 }

export function createTrustedDocuments(documents: ReadonlyMap<string, string>): TrustedDocuments {
  const texts = new Set(documents.values())
  const plain = new Set([...texts].map(withoutIgnored))
  const longest = Math.max(0, ...[...texts].map(({ length }) => length))
  const known = createBoundedCache<boolean>(REMEMBERED)

  return {
    size: documents.size,
    textOf: (id) => documents.get(id) ?? null,
    has(text) {
      if (texts.has(text)) return true
      // Reading it takes as long as it is: what is much longer than all of them is none.
      if (text.length > 2 * longest) return false
      const before = known.get(text)
      if (before !== undefined) return before
      const isOne = plain.has(withoutIgnored(text))
      known.set(text, isOne, text.length)
      return isOne
    },
  }
}

/** What cannot be read stays as it is, and is refused for that where documents are read. */
function withoutIgnored(text: string): string {
  try {
    return stripIgnoredCharacters(text)
  } catch {
    return text
  }
}
