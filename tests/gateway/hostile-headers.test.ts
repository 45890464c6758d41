// No text of a client costs the gateway's loop more than its length is worth, in whatever header it comes.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { rawBytes } from './raw-request.ts'
import { type Stack, startGateway } from './start-gateway.ts'

let stack: Stack
let harmlessMs: number
beforeAll(async () => {
  stack = await startGateway({
    env: { TRUSTED_PROXIES: '127.0.0.1,10.0.0.0/8', CORS_ORIGINS: 'https://app.example' },
    yaml: { auth: ', forwardHeaders: [x-tenant]', file: 'cors: { headers: [x-build] }\n' },
  })
  // Twice: what the first requests compile counts for none of them.
  for (const _ of [1, 2]) harmlessMs = await cpuMs(() => send('X-Harmless', 'x'.repeat(LENGTH)))
})
afterAll(() => stack[Symbol.asyncDispose]())

/** With the other headers just under the 16 KB that are taken. */
const LENGTH = 15_500

/**
 * Quadratic work on such a text takes hundreds of milliseconds, linear work one or two: a bound far from both, in CPU time
 * of this process and for the best of several attempts, holds on a busy machine too.
 */
const TIMES_HARMLESS = 10
const LEAST_MS = 15
const ATTEMPTS = 12

const UNITS = [
  'a',
  'A1',
  ' ',
  '\t',
  ' \t',
  '.',
  ',',
  ', ',
  ';',
  '; ',
  '=',
  '"',
  '\\',
  '%',
  '/',
  ':',
  '[',
  '-',
  '\xa0',
  '1.',
  '*/*,',
  'q=0,',
  'eyJ',
  'eyJa.',
  '%22eyJ',
  'srt_',
  '1.1.1.1,',
  '10.0.0.1,',
  '::ffff:',
  '[::1]:1,',
  '; __Host-access=',
  'a=b,',
  '00-',
]

const HEADERS = [
  'Cookie',
  'Authorization',
  'X-API-Key',
  'X-API-Secret',
  'X-CSRF-Token',
  'X-Forwarded-For',
  'X-Forwarded-Proto',
  'Forwarded',
  'X-Request-Id',
  'Accept',
  'Content-Encoding',
  'Origin',
  'Sec-Fetch-Site',
  'User-Agent',
  'Traceparent',
  'Tracestate',
  'Baggage',
  'X-Tenant',
  'Sallyport-Identity',
  'Apollo-Require-Preflight',
]

function textsOf(unit: string): string[] {
  const long = unit.repeat(Math.ceil(LENGTH / unit.length)).slice(0, LENGTH)
  // Blanks at an end are no part of a value: a letter keeps them there.
  return [
    `x${long}x`,
    `Bearer ${long}x`,
    `__Host-x=1; a${long}b=1`,
    `application/json${long}x`,
  ].map((text) => text.slice(0, LENGTH))
}

function send(name: string, value: string, method = 'POST'): Promise<string> {
  const body = '{"query":"{ hello }"}'
  const type = name === 'Content-Type' ? '' : 'Content-Type: application/json\r\n'
  return rawBytes(
    stack.endpoint,
    `${method} /graphql HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${type}Content-Length: ${body.length}\r\n${name}: ${value}\r\n\r\n${body}`,
  )
}

/** CPU time of this process for the best of several attempts; stops at the first that is under `enoughMs`. */
async function cpuMs(act: () => Promise<unknown>, enoughMs = 0): Promise<number> {
  let best = Number.POSITIVE_INFINITY
  for (let attempt = 0; attempt < ATTEMPTS && best > enoughMs; attempt++) {
    const before = process.cpuUsage()
    await act()
    const { user, system } = process.cpuUsage(before)
    best = Math.min(best, (user + system) / 1000)
  }
  return best
}

async function expectCheap(act: () => Promise<string>, what: string): Promise<void> {
  const boundMs = Math.max(LEAST_MS, TIMES_HARMLESS * harmlessMs)
  expect(await cpuMs(act, boundMs), what).toBeLessThanOrEqual(boundMs)
}

describe.each(HEADERS)('%s', (name) => {
  test('of any text is answered in time', { timeout: 120_000 }, async () => {
    for (const unit of UNITS) {
      for (const text of textsOf(unit)) {
        await expectCheap(() => send(name, text), `${name}: ${JSON.stringify(text.slice(0, 40))}`)
      }
    }
  })
})

test('Content-Type of any text is answered in time', { timeout: 120_000 }, async () => {
  for (const text of UNITS.flatMap(textsOf)) {
    await expectCheap(() => send('Content-Type', text), text.slice(0, 40))
  }
})

test('what a preflight asks for, of any text, is answered in time', {
  timeout: 120_000,
}, async () => {
  for (const text of UNITS.flatMap(textsOf)) {
    const value = `https://app.example\r\nAccess-Control-Request-Headers: ${text}`
    await expectCheap(() => send('Origin', value, 'OPTIONS'), text.slice(0, 40))
  }
})

test('a query string of any text is answered in time', { timeout: 120_000 }, async () => {
  for (const text of UNITS.flatMap(textsOf).filter((text) => !/[\s\xa0]/.test(text))) {
    await expectCheap(
      () =>
        rawBytes(
          stack.endpoint,
          `GET /graphql?query=${text} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nApollo-Require-Preflight: 1\r\n\r\n`,
        ),
      text.slice(0, 40),
    )
  }
})

test('the measure sees quadratic work on a text of that length', async () => {
  const blanks = `a${' '.repeat(LENGTH)}b`
  await expect(expectCheap(async () => blanks.replace(/[ \t]+$/, ''), 'blanks')).rejects.toThrow()
})
