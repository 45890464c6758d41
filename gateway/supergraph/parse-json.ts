// A subgraph's answer as plain data: keys that JavaScript treats as prototypes are dropped.
import { SubgraphFailure } from './post.ts'

const DANGEROUS = new Set(['__proto__', 'constructor', 'prototype'])
// Cheaper than a reviver on every answer, and one after the other cheaper than all of them as one expression. The last
// three are how a letter or an underscore is escaped.
const SUSPICIOUS = [
  ...['__proto__', '"constructor"', '"prototype"'],
  ...['\\u005', '\\u006', '\\u007'],
]

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
    return isSuspicious(text) ? JSON.parse(text, withoutPrototypes) : JSON.parse(text)
  } catch (cause) {
    throw new SubgraphFailure('SUBGRAPH_UNAVAILABLE', 'the answer is no JSON', { cause })
  }
}

function isSuspicious(text: string): boolean {
  return SUSPICIOUS.some((part) => text.includes(part))
}

function withoutPrototypes(key: string, value: unknown): unknown {
  return DANGEROUS.has(key) ? undefined : value
}
