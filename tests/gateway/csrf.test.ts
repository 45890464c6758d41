// Requests that a page of somebody else makes a browser send.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { csrfClaim } from './auth-peer.ts'
import { rawRequest } from './raw-request.ts'
import { refusalOf, type Stack, startGateway } from './start-gateway.ts'

const app = 'https://app.example'
const csrfToken = 'csrf-token-of-this-session'
let stack: Stack
let cookie: string

beforeAll(async () => {
  stack = await startGateway({ env: { CORS_ORIGINS: app } })
  const access = await stack.auth.token({ claims: { csrf: csrfClaim(csrfToken) } })
  cookie = `__Host-access=${access}; __Host-refresh=srt_1`
})
afterAll(() => stack[Symbol.asyncDispose]())
beforeEach(() => {
  stack.auth.seen.length = 0
})

const rename = 'mutation { rename(name: "x") }'

describe('a mutation by cookie', () => {
  test('passes from a listed origin with the CSRF token of its session', async () => {
    const headers = { cookie, origin: app, 'x-csrf-token': csrfToken }
    expect((await stack.send(rename, { headers })).body).toEqual({ data: { rename: 'x' } })
  })

  test.each([
    ['no CSRF token', {}],
    ['a random one', { 'x-csrf-token': 'random' }],
    ['the claim itself', { 'x-csrf-token': csrfClaim(csrfToken) }],
    ['one of another session', { 'x-csrf-token': 'csrf-token-of-another-session' }],
    ['a tossed cookie pair', { 'x-csrf-token': 'tossed', cookie: '__Host-csrf=tossed' }],
  ])('%s is 403', async (_, extra) => {
    const tossed = 'cookie' in extra ? `; ${extra.cookie}` : ''
    const headers = { ...extra, cookie: cookie + tossed, origin: app }
    const reply = await stack.send(rename, { headers })
    expect([reply.status, refusalOf(reply)]).toEqual([403, 'CSRF_FAILED'])
    expect(stack.subgraphCalls()).toBe(0)
  })

  test.each([
    ['null', { origin: 'null' }],
    ['another site', { origin: 'https://evil.example' }],
    ['a longer name', { origin: `${app}.evil.example` }],
    ['a prefix', { origin: 'https://app.exampl' }],
    ['another port', { origin: `${app}:8443` }],
    ['another scheme', { origin: 'http://app.example' }],
    ['none', {}],
    ['none, cross-site', { 'sec-fetch-site': 'cross-site' }],
    ['none, same-site', { 'sec-fetch-site': 'same-site' }],
    ['none, typed in', { 'sec-fetch-site': 'none' }],
  ])('an Origin that is %s is 403, for queries, refresh and logout too', async (_, headers) => {
    for (const document of [rename, '{ hello }', 'mutation { refresh }', 'mutation { logout }']) {
      // By hand: fetch sends `Sec-Fetch-Site` and such as it likes.
      const lines = Object.entries({ ...headers, cookie, 'x-csrf-token': csrfToken })
      const answer = await rawRequest(
        stack.endpoint,
        lines.map(([name, value]) => `${name}: ${value}`),
        JSON.stringify({ query: document }),
      )
      expect(answer).toMatch(/^HTTP\/1\.1 403/)
      expect(answer).toContain('CSRF_FAILED')
      expect(answer).not.toMatch(/access-control-allow-origin/i)
    }
    expect(stack.subgraphCalls()).toBe(0)
  })

  test('our own page, which sends no Origin with a GET, says same-origin', async () => {
    const answer = await rawRequest(stack.endpoint, [
      `cookie: ${cookie}`,
      'Sec-Fetch-Site: same-origin',
    ])
    expect(answer).toMatch(/^HTTP\/1\.1 200/)
  })

  test('refresh and logout need no CSRF token', async () => {
    for (const document of ['mutation { refresh }', 'mutation { logout }']) {
      expect((await stack.send(document, { headers: { cookie, origin: app } })).status).toBe(200)
    }
  })
})

describe('requests that a browser sends without asking', () => {
  const get = (headers: Record<string, string>, query = '{ hello }') =>
    fetch(`${stack.endpoint}?query=${encodeURIComponent(query)}`, { headers })

  test('a GET query needs a header that makes a browser ask first', async () => {
    expect((await get({})).status).toBe(400)
    expect((await get({ 'apollo-require-preflight': '1' })).status).toBe(200)
    expect((await get({ 'x-apollo-operation-name': 'Hello' })).status).toBe(200)
    expect((await get({ 'content-type': 'application/json' })).status).toBe(200)
  })

  test.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'message/http',
  ])('a GET with Content-Type %s is 400, preflight header or not', async (type) => {
    expect((await get({ 'content-type': type })).status).toBe(400)
    expect((await get({ 'content-type': type, 'apollo-require-preflight': '1' })).status).toBe(400)
  })

  test('a GET mutation is 405 with every header there is', async () => {
    const headers = {
      'apollo-require-preflight': '1',
      origin: app,
      cookie,
      'x-csrf-token': csrfToken,
    }
    const response = await get(headers, rename)
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST'])
    expect(stack.subgraphCalls()).toBe(0)
  })

  test.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/json; charset=utf-7',
    'application/json; charset=utf-32',
    'application/graphql',
    '',
  ])('a POST of "%s" is 415', async (type) => {
    const body = JSON.stringify({ query: '{ hello }' })
    const lines = [
      `Host: ${new URL(stack.endpoint).host}`,
      `Content-Length: ${body.length}`,
      'Connection: close',
    ]
    if (type !== '') lines.push(`Content-Type: ${type}`)
    const { rawBytes } = await import('./raw-request.ts')
    const answer = await rawBytes(
      stack.endpoint,
      `POST /graphql HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n${body}`,
    )
    expect(answer).toMatch(/^HTTP\/1\.1 415/)
    expect(stack.subgraphCalls()).toBe(0)
  })
})
