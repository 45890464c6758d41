// What a busy machine fails: tests that wait for less than it may take, and tests that count on the order in which mails come.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

/** As in vitest.config.ts: two passes run side by side on two cores. */
const PATIENCE_MS = 30_000

/** Those that measure run on a machine that does nothing else; this one says what it looks for. */
const files = readdirSync('tests', { recursive: true, encoding: 'utf8' }).filter(
  (name) => name.endsWith('.ts') && !/^(bench|long|patience)\b/.test(name),
)

const found = (pattern: RegExp) =>
  files.flatMap((name) =>
    [...readFileSync(join('tests', name), 'utf8').matchAll(pattern)].map(([text, number]) => ({
      name,
      text,
      number: Number(number?.replaceAll('_', '')),
    })),
  )

test('no test waits for less than half a minute', () => {
  const short = found(/\btimeout: ([\d_]+)\b/g).filter(({ number }) => number < PATIENCE_MS)
  expect(short.map(({ name, text }) => `${name} ${text}`).sort()).toEqual([
    // A name server that never answers.
    'gateway/subgraph/addresses.test.ts timeout: 500',
    // A finger that never comes.
    'pages/passkey.test.ts timeout: 2_000',
  ])
})

test('no test takes the mail that came last for the one that it asked for', () => {
  expect(found(/\bmessages\.(at\(-1\)|pop\(\))/g)).toEqual([])
})
