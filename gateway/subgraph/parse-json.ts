// A subgraph's answer as plain data: keys that JavaScript treats as prototypes are dropped.
import { markLongNumbers, mayHaveLongNumber } from '../long-numbers.ts'
import { SubgraphFailure } from './failure.ts'

const DANGEROUS = new Set(['__proto__', 'constructor', 'prototype'])
// Cheaper than a reviver on every answer; an escaped letter or underscore counts as suspicious too. Most answers have none
// of the words, which are found far sooner than what they have to stand in.
const WORDS = /proto|constructor|\\u00/
const SUSPICIOUS = /__proto__|"(?:constructor|prototype)"|\\u00[567]/

export interface ParsedJson {
  readonly body: Record<string, unknown>
  /** Nothing in the text is escaped: its strings are written as they are read, between quotes. */
  readonly isPlain: boolean
}

/** @throws SubgraphFailure when it is not a JSON object. */
export function parseSubgraphJson(text: string): ParsedJson {
  const marked = markLongNumbers(text)
  // Unescaped, no string of JSON has a quote, a backslash or a control character (RFC 8259, section 7), and text out of UTF-8
  // has no half of a character. A mark of a long number is escaped.
  return { body: objectOf(parse(marked)), isPlain: !marked.includes('\\') }
}

/**
 * The `errors` of an answer, with numbers as JavaScript has them: of its data alone the engine takes the marks of long numbers off
 * again (`long-numbers.ts`), and clients must never read one.
 *
 * @param body of what `parseSubgraphJson` made of the same text
 */
export function errorsOf(body: Record<string, unknown>, text: string): readonly unknown[] {
  if (!Array.isArray(body.errors) || body.errors.length === 0) return []
  if (!mayHaveLongNumber(text)) return body.errors
  return objectOf(parse(text)).errors as readonly unknown[]
}

function objectOf(value: unknown): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as Record<string, unknown>
  }
  throw new SubgraphFailure('SUBGRAPH_UNAVAILABLE', 'the answer is not a JSON object')
}

function parse(text: string): unknown {
  try {
    // A byte order mark should not be sent, and may be passed over (RFC 8259, section 8.1).
    const json = text.startsWith('\uFEFF') ? text.slice(1) : text
    return isSuspicious(json) ? JSON.parse(json, withoutPrototypes) : JSON.parse(json)
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
