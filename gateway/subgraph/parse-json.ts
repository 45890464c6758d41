// A subgraph's answer as plain data: keys that JavaScript treats as prototypes are dropped.
import { markLongNumbers } from '../long-numbers.ts'
import { SubgraphFailure } from './failure.ts'

const DANGEROUS = new Set(['__proto__', 'constructor', 'prototype'])
// Cheaper than a reviver on every answer; an escaped letter or underscore counts as suspicious too. Most answers have none
// of the words, which are found far sooner than what they have to stand in.
const WORDS = /proto|constructor|\\u00/
const SUSPICIOUS = /__proto__|"(?:constructor|prototype)"|\\u00[567]/

/** @throws SubgraphFailure when it is not a JSON object. */
export function parseSubgraphJson(text: string): Record<string, unknown> {
  const value = parse(text)
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as Record<string, unknown>
  }
  throw new SubgraphFailure('SUBGRAPH_UNAVAILABLE', 'the answer is not a JSON object')
}

function parse(text: string): unknown {
  try {
    // A byte order mark should not be sent, and may be passed over (RFC 8259, section 8.1).
    const json = text.startsWith('\uFEFF') ? text.slice(1) : text
    const marked = markLongNumbers(json)
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
