// Which spellings of one request are taken alike, and which are no request.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { rawBytes, rawRequest } from './raw-request.ts'
import { bearer, refusalOf, type Stack, startGateway } from './start-gateway.ts'

let stack: Stack
beforeAll(async () => {
  stack = await startGateway()
})
afterAll(() => stack[Symbol.asyncDispose]())

const BODY = '{"query":"{ hello }"}'

function post(body: string, headers: Record<string, string> = {}) {
  return fetch(stack.endpoint, {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json', ...headers },
  })
}

describe('Content-Type', () => {
  test.each([
    'application/json;',
    'application/json ;',
    'application/json; ;',
    'application/json;; charset=utf-8;',
    'Application/JSON; Charset="UTF-8"',
  ])('%s is taken', async (type) => {
    expect((await post(BODY, { 'content-type': type })).status).toBe(200)
  })

  test.each([
    'application/json; charset=utf-16',
    'application/json; charset',
    'application/json;text/plain',
    'application/jsonp;',
    ';application/json',
    'text/plain;',
  ])('%s is 415', async (type) => {
    expect((await post(BODY, { 'content-type': type })).status).toBe(415)
  })
})

describe('Authorization', () => {
  test.each(['Bearer ', 'Bearer  ', 'bearer    ', 'BEARER '])(
    '"%s" and a token is taken',
    async (scheme) => {
      const authorization = `${scheme}${await stack.auth.token()}`
      const { body } = await stack.send('{ me { sub } }', { headers: { authorization } })
      expect(body.errors).toBeUndefined()
    },
  )

  test.each(['Bearer\t', 'Bearer', 'Bearer \t', 'Bearer ,', 'Bearer: '])(
    '"%s" and a token is refused',
    async (scheme) => {
      const authorization = `${scheme}${await stack.auth.token()}`
      expect(refusalOf(await stack.hello({ authorization }))).toBe('UNAUTHENTICATED TOKEN_INVALID')
    },
  )
})

describe('a hash instead of a document', () => {
  const extensions = { persistedQuery: { version: 1, sha256Hash: 'a'.repeat(64) } }
  const refused = {
    errors: [
      {
        message: 'PersistedQueryNotSupported',
        extensions: { code: 'PERSISTED_QUERY_NOT_SUPPORTED' },
      },
    ],
  }

  test('is refused in the words of the protocol, with status 200', async () => {
    const answer = await post(JSON.stringify({ extensions }))
    expect(answer.status).toBe(200)
    expect(await answer.json()).toMatchObject(refused)
    const url = `${stack.endpoint}?extensions=${encodeURIComponent(JSON.stringify(extensions))}`
    const read = await fetch(url, { headers: { 'apollo-require-preflight': '1' } })
    expect(await read.json()).toMatchObject(refused)
  })

  test('beside a document is not looked at', async () => {
    const answer = await post(JSON.stringify({ extensions, query: '{ hello }' }))
    expect(await answer.json()).toHaveProperty('data.hello')
  })
})

describe('a byte order mark', () => {
  test('before a body is passed over', async () => {
    const response = await post(`\uFEFF${BODY}`)
    expect(await response.json()).toEqual({ data: { hello: 'hello' } })
  })

  test('before the variables of a GET is too', async () => {
    const search = new URLSearchParams({ query: '{ hello }', variables: '\uFEFF{}' })
    const response = await fetch(`${stack.endpoint}?${search}`, {
      headers: { 'apollo-require-preflight': '1' },
    })
    expect(response.status).toBe(200)
  })

  test.each([`\uFEFF\uFEFF${BODY}`, `{\uFEFF"query":"{ hello }"}`, '\uFEFF'])(
    'elsewhere, or twice, is 400',
    async (body) => {
      expect((await post(body)).status).toBe(400)
    },
  )

  test('before supergraph.yaml is passed over', async () => {
    const { readSupergraphConfig } = await import('../../gateway/supergraph/read-config.ts')
    const yaml =
      '\uFEFFsubgraphs:\n  auth: { routing_url: http://a/graphql, schema: { file: a } }\n'
    expect(readSupergraphConfig(yaml, { variables: {} }).subgraphs).toHaveLength(1)
  })
})

describe('a start that is not HTTP/1.1', () => {
  test.each([
    ['HTTP/0.9', 505, 'GET /health/live\r\n\r\n'],
    ['a line that says HTTP/0.9', 505, 'GET /health/live HTTP/0.9\r\n\r\n'],
    ['HTTP/2.0 in words', 505, 'GET /health/live HTTP/2.0\r\nHost: x\r\n\r\n'],
    ['HTTP/1.2', 505, 'GET /health/live HTTP/1.2\r\nHost: x\r\n\r\n'],
    ['HTTP/2 itself', 400, 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ['no host', 400, 'GET /health/live HTTP/1.1\r\n\r\n'],
    ['a small method', 400, 'get /health/live HTTP/1.1\r\nHost: x\r\n\r\n'],
    ['an unknown method', 400, 'BREW /health/live HTTP/1.1\r\nHost: x\r\n\r\n'],
    ['a blank before it', 400, ' GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n'],
    ['bare line feeds', 505, 'GET /health/live HTTP/1.1\nHost: x\n\n'],
    ['a zero byte', 400, 'GET /health/live\0 HTTP/1.1\r\nHost: x\r\n\r\n'],
    ['a blank before the colon', 400, 'GET /health/live HTTP/1.1\r\nHost : x\r\n\r\n'],
    ['a TLS handshake', 400, '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'],
    ['SSH', 400, 'SSH-2.0-OpenSSH_9.2p1\r\n'],
    ['a proxy protocol line', 400, 'PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\nGET / HTTP/1.1\r\n\r\n'],
  ])('%s is %i', async (_, status, bytes) => {
    const answer = await rawBytes(stack.endpoint, bytes)
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} .*\r\n`))
    expect(answer).toContain('"code":"BAD_REQUEST"')
    expect(answer).not.toContain('"live"')
  })

  test.each([
    ['HTTP/1.1', 'GET /health/live HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'],
    ['HTTP/1.0 without a host', 'GET /health/live HTTP/1.0\r\n\r\n'],
  ])('%s is answered', async (_, bytes) => {
    expect(await rawBytes(stack.endpoint, bytes)).toMatch(/^HTTP\/1\.1 200 [\s\S]*"live"/)
  })
})

describe('HEAD', () => {
  test.each([
    '/health/live',
    '/health/ready',
    '/.well-known/jwks.json',
    '/.well-known/identity-jwks.json',
    '/explorer',
    '/account/reset-password',
    '/nothing',
  ])('%s answers as GET does, without a body', async (path) => {
    const { host } = new URL(stack.endpoint)
    const lines = async (method: string) =>
      (
        await rawBytes(
          stack.endpoint,
          `${method} ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`,
        )
      )
        .split('\r\n')
        .filter((line) => /^(HTTP|content-type|content-length|cache-control)/i.test(line))
    const [head, get] = [await lines('HEAD'), await lines('GET')]
    expect(head.slice(0, 2)).toEqual(get.slice(0, 2))
    const whole = await rawBytes(
      stack.endpoint,
      `HEAD ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`,
    )
    expect(whole.endsWith('\r\n\r\n')).toBe(true)
  })

  test.each(['POST', 'PUT', 'DELETE'])(
    '%s there is 405, and says what is taken',
    async (method) => {
      const response = await fetch(`${stack.gateway.url}/health/live`, { method })
      expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, HEAD'])
    },
  )

  test('/graphql stays 405, for a browser too', async () => {
    for (const accept of ['*/*', 'text/html,*/*;q=0.8']) {
      const response = await fetch(stack.endpoint, { method: 'HEAD', headers: { accept } })
      expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, POST'])
    }
  })

  test('works on the admin listener', async () => {
    const response = await fetch(`${stack.gateway.adminUrl}/health/ready`, { method: 'HEAD' })
    expect([response.status, await response.text()]).toEqual([200, ''])
  })
})

describe('the bare address', () => {
  const asBrowser = { headers: { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' } }

  test('tells a browser where it is, with links that lead somewhere', async () => {
    const response = await fetch(`${stack.gateway.url}/`, asBrowser)
    expect(response.headers.get('content-type')).toContain('text/html')
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none'")
    const page = await response.text()
    expect(page).toContain(`${stack.config.publicUrl}/graphql`)
    const links = [...page.matchAll(/href="([^"]+)"/g)].map(([, path]) => path)
    expect(links).toContain('/explorer')
    for (const path of links) {
      expect((await fetch(`${stack.gateway.url}${path}`, asBrowser)).status).toBe(200)
    }
  })

  test('tells a program that there is nothing', async () => {
    const response = await fetch(`${stack.gateway.url}/`)
    expect([response.status, response.headers.get('content-type')]).toEqual([
      404,
      'application/json; charset=utf-8',
    ])
  })

  test('in production says the address of the graph, and no more', async () => {
    await using production = await startGateway({
      env: { NODE_ENV: 'production', HOST: '127.0.0.1', PUBLIC_URL: 'https://graph.example' },
      waitUntilReady: false,
    })
    const page = await (await fetch(`${production.gateway.url}/`, asBrowser)).text()
    expect(page).toContain('https://graph.example/graphql')
    expect(page).not.toMatch(/href=|explorer|health|sallyport/i)
  })
})

test('the raw front takes an ordinary request: the refusals above are not for another reason', async () => {
  expect(await rawRequest(stack.endpoint, [])).toMatch(/^HTTP\/1\.1 200/)
  expect((await stack.hello(bearer(await stack.auth.token()))).status).toBe(200)
})
