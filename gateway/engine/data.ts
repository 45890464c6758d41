// The data of subgraphs while an operation runs: plain objects out of JSON, merged into one tree.

import type { AskedFields } from './asked-fields.ts'

export type Data = Record<string, unknown>

/** A subgraph sent something of another shape than its schema says. */
export class MalformedData extends Error {
  override readonly name = 'MalformedData'
}

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

/**
 * Merges what a subgraph sent into the tree; lists of one length item by item.
 *
 * @param asked What may be merged into objects that are there. Null: everything.
 */
export function merge(target: Data, source: Data, asked: AskedFields | null): void {
  for (const key in source) {
    const inner = asked === null ? null : asked.get(key)
    const value = source[key]
    if (inner === undefined || value === undefined || key === '__proto__') continue
    const present = isInherited(key) ? ownValue(target, key) : target[key]
    if (present === undefined || present === null) target[key] = value
    else mergeInto(target, key, { present, value, asked: inner })
  }
}

interface Merged {
  readonly present: unknown
  readonly value: unknown
  readonly asked: AskedFields | null
}

function mergeInto(target: Data, key: string, { present, value, asked }: Merged): void {
  if (isObject(present) && isObject(value)) {
    merge(present, value, asked)
  } else if (Array.isArray(value) && Array.isArray(present) && value.length === present.length) {
    for (let index = 0; index < value.length; index += 1) {
      const [one, other] = [present[index], value[index]]
      if (isObject(one) && isObject(other)) merge(one, other, asked)
      else present[index] = other
    }
  } else {
    target[key] = value
  }
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
      return PLAIN.test(value) ? `"${value}"` : JSON.stringify(value)
    case 'number':
      // JSON has no word for what `1e999` is read as.
      return Number.isFinite(value) ? String(value) : 'null'
    case 'boolean':
      return String(value)
    default:
      return JSON.stringify(value ?? null)
  }
}
