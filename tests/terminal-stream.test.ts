// What a person at a terminal reads: one line for each request, whatever a client sent.
import { Writable } from 'node:stream'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createTerminalStream } from '../scripts/terminal-stream.ts'

function show(entry: object): string {
  let text = ''
  const out = new Writable({
    write(chunk, _, done) {
      text += chunk
      done()
    },
  })
  const line = { level: 30, time: 0, part: 'gateway', msg: 'request', ...entry }
  createTerminalStream(out).write(JSON.stringify(line))
  return text
}

test.each([
  [
    {
      operation: 'Products',
      operationType: 'query',
      rootFields: ['products'],
      status: 200,
      ms: 3.1,
    },
    'query Products { products }: 200 in 3.1 ms',
  ],
  [
    {
      operationType: 'query',
      rootFields: ['viewer'],
      status: 401,
      code: 'UNAUTHENTICATED',
      reason: 'TOKEN_EXPIRED',
      ms: 0.9,
    },
    '{ viewer } 401 UNAUTHENTICATED TOKEN_EXPIRED in 0.9 ms',
  ],
  [
    { operationType: 'mutation', rootFields: ['login'], status: 200, code: 'RATE_LIMITED', ms: 12 },
    'mutation { login } 200 RATE_LIMITED in 12 ms',
  ],
  [
    { status: 400, code: 'GRAPHQL_PARSE_FAILED', ms: 0.4 },
    'request 400 GRAPHQL_PARSE_FAILED in 0.4 ms',
  ],
  [
    { level: 40, msg: 'a subgraph failed', subgraph: 'reviews', said: 'no such table' },
    'warning: a subgraph failed (reviews: no such table)',
  ],
  [
    { level: 40, msg: 'No value came for "Shop.motto".', subgraph: 'shop' },
    'warning: No value came for "Shop.motto". (shop)',
  ],
  [
    { level: 40, msg: 'a hook failed', err: { message: 'onRequest', cause: { message: 'boom' } } },
    'warning: a hook failed (onRequest: boom)',
  ],
])('%j', (entry, line) => {
  expect(show(entry)).toMatch(/^\d\d:\d\d:\d\d {2}gateway {2}/)
  expect(show(entry).slice(19)).toBe(`${line}\n`)
})

test('is one bounded line without control characters', () => {
  const hostile = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 50 }),
    fc.constantFrom(
      'a\r\nb',
      '\u001b[2J\u001b[31m',
      '\u009b1m',
      '\u202egnp',
      '\u2028',
      'x'.repeat(9999),
    ),
  )
  fc.assert(
    fc.property(hostile, hostile, hostile, (a, b, c) => {
      for (const entry of [
        { operation: a, rootFields: [b, c], status: 200, code: a, reason: b, ms: 1 },
        { msg: a, err: { message: b }, subgraph: c, said: b },
        { msg: a, err: { message: b } },
      ]) {
        const line = show(entry)
        expect(line).toMatch(/^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]*\n$/u)
        expect(line.length).toBeLessThan(800)
      }
    }),
  )
})
