// Merges what subgraphs sent into one tree.
import type { AskedFields } from './asked-fields.ts'
import { type Data, isInherited, isObject, ownValue } from './data.ts'
import type { IsObjectType } from './types.ts'

/**
 * Merges an answer into the tree; lists of one length item by item, and lists in them.
 *
 * @param asked What may be merged into objects that are there. Null: everything.
 */
export type Merge = (target: Data, source: Data, asked: AskedFields | null) => void

export function createMerge(isObjectType: IsObjectType): Merge {
  return merge

  function merge(target: Data, source: Data, asked: AskedFields | null): void {
    for (const key in source) {
      const inner = asked === null ? null : asked.get(key)
      const value = source[key]
      if (inner === undefined || value === undefined || key === '__proto__') continue
      const present = isInherited(key) ? ownValue(target, key) : target[key]
      if (present === undefined || present === null) target[key] = value
      else mergeInto(target, key, { present, value, asked: inner })
    }
  }

  function mergeInto(target: Data, key: string, { present, value, asked }: Merged): void {
    if (isObject(present) && isObject(value)) {
      merge(present, value, asked)
    } else if (Array.isArray(value) && Array.isArray(present) && value.length === present.length) {
      mergeLists(present, value, asked)
    } else if (key !== '__typename' || !isObjectType(present)) {
      // A subgraph that knows an object by its interface alone (@interfaceObject) does not change what it is known to be.
      target[key] = value
    }
  }

  function mergeLists(
    present: unknown[],
    value: readonly unknown[],
    asked: AskedFields | null,
  ): void {
    for (let index = 0; index < value.length; index += 1) {
      const [one, other] = [present[index], value[index]]
      if (isObject(one) && isObject(other)) merge(one, other, asked)
      else if (Array.isArray(one) && Array.isArray(other) && one.length === other.length) {
        mergeLists(one, other, asked)
      } else present[index] = other
    }
  }
}

interface Merged {
  readonly present: unknown
  readonly value: unknown
  readonly asked: AskedFields | null
}
