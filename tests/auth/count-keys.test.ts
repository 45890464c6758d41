// Counts of different identifiers never meet, whatever somebody types (a user's id as an address, a network as a text).
import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import {
  type CountKey,
  countKey,
  type Identifiers,
} from '../../subgraphs/auth/core/throttling/count-key.ts'

const KINDS = [
  'email',
  'text',
  'user',
  'session',
  'device',
  'network',
  'verification',
  'purpose',
] as const satisfies readonly (keyof Identifiers)[]

const pick = <T>(items: readonly T[]): T => items[Math.floor(Math.random() * items.length)] as T
const PIECES = ['a@example.com', 'usr_1', '192.0.2.1', ' ', '"', ',', ':', '[', '\\', '\u0000', '']

function randomText(): string {
  if (Math.random() < 0.2) return randomBytes(8).toString('latin1')
  return Array.from({ length: 1 + Math.floor(Math.random() * 4) }, () => pick(PIECES)).join('')
}

function randomIdentifiers(): Identifiers {
  const kinds = KINDS.filter(() => Math.random() < 0.3)
  return Object.fromEntries(kinds.map((kind) => [kind, randomText()]))
}

/** Independent of the encoding: which kinds with which values, each by its length. */
const meaningOf = (identifiers: Identifiers) =>
  KINDS.map((kind) => identifiers[kind])
    .map((value) => (value === undefined ? '-' : `${value.length}:${value}`))
    .join('|')

test('two keys are equal only where kinds and values are', () => {
  const meanings = new Map<CountKey, string>()
  const keys = new Map<string, CountKey>()
  for (let index = 0; index < 20_000; index += 1) {
    const identifiers = randomIdentifiers()
    const [key, meaning] = [countKey(identifiers), meaningOf(identifiers)]
    expect(meanings.get(key) ?? meaning).toBe(meaning)
    expect(keys.get(meaning) ?? key).toBe(key)
    meanings.set(key, meaning)
    keys.set(meaning, key)
  }
  expect(keys.size).toBeGreaterThan(5_000)
})

test('one value under every kind is as many keys, and the order of the kinds is not one of theirs', () => {
  for (const value of PIECES) {
    const keys = KINDS.map((kind) => countKey({ [kind]: value }))
    expect(new Set(keys).size).toBe(KINDS.length)
  }
  expect(countKey({ user: 'a', purpose: 'b' })).toBe(countKey({ purpose: 'b', user: 'a' }))
})

test('a key is short and tells nothing, however long what was typed', () => {
  const key = countKey({ text: `someone@example.com ${'x'.repeat(1_000_000)}` })
  expect(key).toMatch(/^[\w-]{43}$/)
})

test('a plain text is not a key', () => {
  const count = (_: CountKey) => undefined
  // @ts-expect-error only countKey makes one
  count('usr_1')
  count(countKey({ user: 'usr_1' }))
})
