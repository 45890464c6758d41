// A subgraph's answer as plain data: keys that JavaScript treats as prototypes are dropped.
import { markLongNumbers, mayHaveLongNumber } from '../long-numbers.ts'
import { SubgraphFailure } from './failure.ts'

const DANGEROUS = new Set(['__proto__', 'constructor', 'prototype'])
// Cheaper than a reviver on every answer; an escaped letter or underscore counts as suspicious too. Most answers have none
// of the words, which are found far sooner than what they have to stand in.
const WORDS = /proto|constructor|\\u00/
const SUSPICIOUS = /__proto__|"(?:constructor|prototype)"|\\u00[567]/

/** @throws SubgraphFailure when it is not a JSON object. */
export function parseSubgraphJson(text: string): Record<string, unknown> {
  return objectOf(parse(text, markLongNumbers))
}

/**
 * The `errors` of an answer, with numbers as JavaScript has them: of its data alone the engine takes the marks of long numbers off
 * again (`long-numbers.ts`), and clients must never read one.
 *
 * @param body what `parseSubgraphJson` made of the same text
 */
export function errorsOf(body: Record<string, unknown>, text: string): readonly unknown[] {
  if (!Array.isArray(body.errors) || body.errors.length === 0) return []
  if (!mayHaveLongNumber(text)) return body.errors
  return objectOf(parse(text, (json) => json)).errors as readonly unknown[]
}

function objectOf(value: unknown): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as Record<string, unknown>
  }
  throw new SubgraphFailure('SUBGRAPH_UNAVAILABLE', 'the answer is not a JSON object')
}

function parse(text: string, mark: (json: string) => string): unknown {
  try {
    // A byte order mark should not be sent, and may be passed over (RFC 8259, section 8.1).
    const json = text.startsWith('\uFEFF') ? text.slice(1) : text
    const marked = mark(json)
    return isSuspicious(json) ? JSON.parse(marked, withoutPrototypes) : JSON.parse(marked)
  } catch (cause) {
    throw new SubgraphFailure('SUBGRAPH_UNAVAILABLE', 'the answer is not JSON', { cause })
  }
}

function isSuspicious(text: string): boolean {
  return WORDS.test(text) && SUSPICIOUS.test(text)
}

function withoutPrototypes(key: string, value: unknown): unknown {
  return DANGEROUS.has(key) ? undefined : value
}
