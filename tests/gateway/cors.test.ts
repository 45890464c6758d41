// What pages of other origins may read and send, in every answer, and what a developer is told when they may not.
import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { rawBytes } from './raw-request.ts'
import { type Stack, startGateway } from './start-gateway.ts'

const LISTED = 'https://app.example'
const IN_YAML = 'https://in-yaml.example'
const SHORT = { headersTimeoutMs: 1_000, requestTimeoutMs: 2_000 }

let stack: Stack
beforeAll(async () => {
  stack = await startGateway({
    env: { CORS_ORIGINS: LISTED },
    limits: SHORT,
    yaml: {
      auth: ', forwardHeaders: [X-Tenant, accept-language]',
      file: `cors: { origins: ["${IN_YAML}"], headers: [X-Client-Build, "sentry-trace"] }\n`,
    },
  })
})
afterAll(() => stack[Symbol.asyncDispose]())

function preflight(origin: string, asked: string, of = stack) {
  return fetch(of.endpoint, {
    method: 'OPTIONS',
    headers: {
      origin,
      'access-control-request-method': 'POST',
      'access-control-request-headers': asked,
    },
  })
}

const warnings = (of: Stack, member: string) =>
  of.logs
    .map((line) => JSON.parse(line) as Record<string, string>)
    .filter((line) => line[member] !== undefined && line.msg?.includes('browsers'))

describe('a preflight allows', () => {
  test.each([
    'content-type',
    'authorization',
    'x-api-key',
    'x-csrf-token',
    'traceparent',
    'tracestate',
    'baggage',
    'x-tenant',
    'accept-language',
    'x-client-build',
    'sentry-trace',
  ])('%s', async (name) => {
    const { headers } = await preflight(LISTED, name)
    expect(headers.get('access-control-allow-headers')?.split(', ')).toContain(name)
  })

  test.each(['x-other', 'cookie', 'sallyport-identity', '*'])('not %s', async (name) => {
    const { headers } = await preflight(LISTED, name)
    expect(headers.get('access-control-allow-headers')?.split(', ')).not.toContain(name)
  })

  test('nothing where no header is listed beside our own', async () => {
    await using plain = await startGateway({ env: { CORS_ORIGINS: LISTED } })
    const { headers } = await preflight(LISTED, 'x-tenant', plain)
    expect(headers.get('access-control-allow-headers')).not.toContain('x-tenant')
    expect(headers.get('access-control-allow-headers')).toContain('traceparent')
  })
})

test('origins of supergraph.yaml count beside those of the environment, for cookies too', async () => {
  for (const origin of [LISTED, IN_YAML]) {
    const { headers } = await stack.hello({ origin })
    expect(headers.get('access-control-allow-origin')).toBe(origin)
  }
  const { headers } = await stack.hello({ origin: 'https://third.example' })
  expect(headers.get('access-control-allow-origin')).toBeNull()
})

test.each([
  ['an origin with a path', 'cors: { origins: ["https://a.example/"] }', 'exact origin'],
  ['every origin', 'cors: { origins: ["*"] }', 'exact origin'],
  ['every header', 'cors: { headers: ["*"] }', 'without wildcards'],
  ['a header of ours', 'cors: { headers: [Sallyport-Identity] }', 'never taken'],
  ['another word', 'cors: { origin: ["https://a.example"] }', 'origin'],
])('%s in supergraph.yaml stops the start', async (_, file, told) => {
  await expect(startGateway({ yaml: { file: `${file}\n` } })).rejects.toThrow(told)
})

describe('every refusal is readable for a listed page:', () => {
  const { stringify } = JSON
  const post = (lines: string, body = '{"query":"{ hello }"}') =>
    `POST /graphql HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n${lines}\r\n\r\n${body}`
  const origin = `Origin: ${LISTED}`

  const refusals: readonly (readonly [string, number, () => string])[] = [
    ['no operation', 400, () => post(origin, '{}')],
    ['no JSON', 400, () => post(origin, 'x')],
    ['a bad credential', 401, () => post(`${origin}\r\nAuthorization: Bearer x`)],
    ['no path', 404, () => post(origin).replace('/graphql', '/graph')],
    ['another method', 405, () => post(origin).replace('POST', 'PUT')],
    ['no media type', 406, () => post(`${origin}\r\nAccept: text/csv`)],
    ['a body that does not come', 408, () => post(origin).replace('Length: ', 'Length: 1')],
    ['a large body', 413, () => post(origin, stringify({ query: 'x'.repeat(1_100_000) }))],
    ['another type', 415, () => post(origin).replace('application/json', 'text/plain')],
    ['headers of 20 KB', 431, () => post(`${origin}\r\nX-Large: ${'x'.repeat(20_000)}`)],
    ['headers of 20 KB before it', 431, () => post(`X-Large: ${'x'.repeat(20_000)}\r\n${origin}`)],
    ['headers of 60 KB', 431, () => post(`${origin}\r\nCookie: ${'x=y; '.repeat(12_000)}`)],
    ['no host', 400, () => post(origin).replace('Host: x\r\n', '')],
    ['a header that is not one', 400, () => post(`${origin}\r\nno header`)],
    ['two lengths', 400, () => post(`${origin}\r\nContent-Length: 1`)],
    [
      'another coding',
      501,
      () => post(origin).replace(/Content-Length: \d+/, 'Transfer-Encoding: gzip, chunked'),
    ],
  ]

  test.each(refusals)('%s (%i)', async (_, status, request) => {
    const answer = await rawBytes(stack.endpoint, request())
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `))
    expect(answer.match(/HTTP\/1\.1 /g)).toHaveLength(1)
    expect(answer.toLowerCase()).toContain(`access-control-allow-origin: ${LISTED}\r\n`)
    expect(answer.toLowerCase()).toContain('access-control-allow-credentials: true\r\n')
    expect(answer).toContain('"code":"')
  })

  test.each(refusals)('%s (%i), and not for another page', async (_, status, request) => {
    const answer = await rawBytes(
      stack.endpoint,
      request().replace(origin, 'Origin: https://evil.example'),
    )
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `))
    expect(answer.toLowerCase()).not.toContain('access-control-allow')
  })

  test('the refusal of a large head reaches a client that sends a large body after it', async () => {
    const { hostname, port } = new URL(stack.endpoint)
    const socket = connect(Number(port), hostname)
    let answer = ''
    socket.on('data', (chunk) => {
      answer += chunk
    })
    const head = post(`${origin}\r\nX-Large: ${'x'.repeat(20_000)}`, 'x'.repeat(500_000))
    socket.write(head.slice(0, 30_000))
    await new Promise((resolve) => setTimeout(resolve, 100))
    socket.end(head.slice(30_000))
    await new Promise((resolve, reject) => socket.once('close', resolve).once('error', reject))
    expect(answer).toMatch(/^HTTP\/1\.1 431 /)
  })
})

describe('a developer is told', () => {
  test('of an origin that is not listed, once, with what to set', async () => {
    await using told = await startGateway()
    for (const _ of [1, 2, 3]) await told.hello({ origin: 'http://localhost:5173' })
    await told.hello({ origin: 'null' })
    const lines = warnings(told, 'origin')
    expect(lines.map((line) => line.origin)).toEqual(['http://localhost:5173', 'null'])
    expect(lines[0]?.msg).toMatch(/CORS_ORIGINS.*cors\.origins.*supergraph\.yaml/)
    expect(lines[1]?.msg).toMatch(/a file.*sandboxed frame/)
  })

  test('of a header that a listed page may not send, once, with what to set', async () => {
    for (const _ of [1, 2]) await preflight(LISTED, 'content-type, X-Untold')
    const lines = warnings(stack, 'header').filter(({ header }) => header === 'x-untold')
    expect(lines).toHaveLength(1)
    expect(lines[0]?.msg).toMatch(/cors\.headers.*forwardHeaders/)
  })

  test('nothing of pages that the gateway itself serves', async () => {
    await using told = await startGateway()
    await told.hello({ origin: new URL(told.endpoint).origin.replace('127.0.0.1', 'localhost') })
    await told.hello({ origin: new URL(told.endpoint).origin })
    expect(warnings(told, 'origin').length).toBeLessThanOrEqual(1)
    expect(warnings(told, 'origin').map(({ origin }) => origin)).not.toContain(
      new URL(told.endpoint).origin,
    )
  })

  test('no more than a few, whatever is sent', async () => {
    await using told = await startGateway()
    for (let index = 0; index < 40; index++)
      await told.hello({ origin: `https://a${index}.example` })
    expect(warnings(told, 'origin')).toHaveLength(20)
  })

  test('nothing in production', async () => {
    await using production = await startGateway({
      env: { NODE_ENV: 'production', HOST: '127.0.0.1', PUBLIC_URL: 'https://graph.example' },
      waitUntilReady: false,
    })
    await production.hello({ origin: 'https://other.example' })
    expect(warnings(production, 'origin')).toEqual([])
  })
})
