// The personal part of a record, and the salted hash that stands for it in the chain: when the part is erased, salt and
// all, the hash proves nothing about the person, and the chain still holds.
import { randomText, sha256 } from '../identifiers.ts'

export type PersonalData = Readonly<Record<string, unknown>>

export interface PersonalPart {
  readonly part: 'actor' | 'target'
  /** Whose data it is: an erasure of this user removes it. */
  readonly person: string | null
  readonly salt: string
  readonly data: PersonalData
}

/** @returns null when there is nothing to tell */
export function createPart(
  part: PersonalPart['part'],
  person: string | null,
  facts: PersonalData,
): PersonalPart | null {
  const told = Object.entries(facts).filter(([, value]) => value !== null && value !== undefined)
  if (told.length === 0) return null
  // As the database will give it back: no dates, no undefined.
  const data = JSON.parse(JSON.stringify(Object.fromEntries(told))) as PersonalData
  return { part, person, salt: randomText(16), data }
}

export function commitmentOf({ salt, person, data }: Omit<PersonalPart, 'part'>): string {
  return sha256(`${salt}\n${canonicalJson({ person, data })}`)
}

/** One text for one value: keys sorted, no spaces. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const entries = Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, entry]) => `${JSON.stringify(key)}:${canonicalJson(entry)}`)
  return `{${entries.join(',')}}`
}
