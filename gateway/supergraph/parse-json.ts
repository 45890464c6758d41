// A subgraph's answer as plain data: keys that JavaScript treats as prototypes are dropped.
import { SubgraphFailure } from './post.ts'

const DANGEROUS = new Set(['__proto__', 'constructor', 'prototype'])
// Cheaper than a reviver on every answer; an escaped letter or underscore counts as suspicious too.
const SUSPICIOUS = /__proto__|"(?:constructor|prototype)"|\\u00[567]/

/** @throws SubgraphFailure when it is no JSON object. */
export function parseSubgraphJson(text: string): Record<string, unknown> {
  const value = parse(text)
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as Record<string, unknown>
  }
  throw new SubgraphFailure('SUBGRAPH_UNAVAILABLE', 'the answer is no JSON object')
}

function parse(text: string): unknown {
  try {
    return SUSPICIOUS.test(text) ? JSON.parse(text, withoutPrototypes) : JSON.parse(text)
  } catch (cause) {
    throw new SubgraphFailure('SUBGRAPH_UNAVAILABLE', 'the answer is no JSON', { cause })
  }
}

function withoutPrototypes(key: string, value: unknown): unknown {
  return DANGEROUS.has(key) ? undefined : value
}
