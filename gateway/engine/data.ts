// The data of subgraphs while an operation runs: plain objects out of JSON, merged into one tree.

import { longNumberOf, unmarkLongNumbers } from '../long-numbers.ts'

export type Data = Record<string, unknown>

// Names that every object answers to, whether a subgraph sent them or not.
const INHERITED: ReadonlySet<string> = new Set(Object.getOwnPropertyNames(Object.prototype))

/** Whether `object[name]` may find something that is not the object's own. */
export function isInherited(name: string): boolean {
  return INHERITED.has(name)
}

export function ownValue(object: object, name: string): unknown {
  return Object.hasOwn(object, name) ? (object as Data)[name] : undefined
}

export function isObject(value: unknown): value is Data {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A copy that shares nothing with its source. */
export function cloneData<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(cloneData) as T
  const copy: Data = {}
  for (const key in value) copy[key] = cloneData((value as Data)[key])
  return copy as T
}

/** Whether both have the same members, none of which is an object or a list. */
export function haveSameScalars(one: Data, other: Data): boolean {
  let missing = 0
  for (const key in one) {
    const value = one[key]
    if (typeof value === 'object' && value !== null) return false
    if (value !== other[key] || !Object.hasOwn(other, key)) return false
    missing += 1
  }
  for (const _ in other) missing -= 1
  return missing === 0
}

/** Whether some value of it is an object or a list. */
export function hasNested(data: Data): boolean {
  for (const key in data) {
    const value = data[key]
    if (typeof value === 'object' && value !== null) return true
  }
  return false
}

// No quote, backslash or control character, which JSON writes otherwise, and nothing that may be half a character.
const PLAIN = /^[ !#-[\]-\ud7ff\ue000-\uffff]*$/

/** A value as JSON text. */
export function toJson(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return PLAIN.test(value) ? `"${value}"` : specialText(value)
    case 'number':
      // JSON has no word for what `1e999` is read as.
      return Number.isFinite(value) ? String(value) : 'null'
    case 'boolean':
      return String(value)
    default:
      return unmarkLongNumbers(JSON.stringify(value ?? null))
  }
}

function specialText(value: string): string {
  return longNumberOf(value) ?? JSON.stringify(value)
}
