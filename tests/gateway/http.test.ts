// The HTTP front: what is taken, what is refused, and what every answer carries.
import { connect } from 'node:net'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { rawBytes, rawRequest } from './raw-request.ts'
import { bearer, refusalOf, type Stack, startGateway } from './start-gateway.ts'

let stack: Stack
beforeAll(async () => {
  stack = await startGateway({ env: { CORS_ORIGINS: 'https://app.example' } })
})
afterAll(() => stack[Symbol.asyncDispose]())
beforeEach(() => {
  stack.auth.seen.length = 0
})

const post = (body: string | Buffer, headers: Record<string, string> = {}) =>
  fetch(stack.endpoint, {
    method: 'POST',
    body: body as unknown as string,
    headers: { 'content-type': 'application/json', ...headers },
  })

describe('methods and paths', () => {
  test.each(['PUT', 'DELETE', 'PATCH', 'HEAD'])('%s is 405 with Allow', async (method) => {
    const response = await fetch(stack.endpoint, { method })
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, POST'])
  })

  test('TRACE is 405, and a method override header overrides nothing', async () => {
    const host = new URL(stack.endpoint).host
    const trace = await rawBytes(
      stack.endpoint,
      `TRACE /graphql HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`,
    )
    expect(trace).toMatch(/^HTTP\/1\.1 405/)
    const put = await fetch(stack.endpoint, {
      method: 'PUT',
      headers: { 'x-http-method-override': 'POST' },
    })
    expect(put.status).toBe(405)
  })

  test('a WebSocket upgrade is not a way in: nothing is switched', async () => {
    const host = new URL(stack.endpoint).host
    const answer = await rawBytes(
      stack.endpoint,
      `GET /graphql HTTP/1.1\r\nHost: ${host}\r\nOrigin: https://evil.example\r\nUpgrade: websocket\r\nConnection: Upgrade, close\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: graphql-transport-ws\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`,
    )
    expect(answer).toMatch(/^HTTP\/1\.1 400/)
    expect(stack.subgraphCalls()).toBe(0)
  })

  test('another path is 404, as JSON with a request id', async () => {
    const response = await fetch(`${stack.gateway.url}/admin`)
    expect(response.status).toBe(404)
    const body = (await response.json()) as { errors: { extensions: object }[] }
    expect(body.errors[0]?.extensions).toHaveProperty('requestId')
  })
})

describe('bodies', () => {
  test('a batch is 400', async () => {
    const response = await post(JSON.stringify([{ query: '{ hello }' }, { query: '{ hello }' }]))
    expect(response.status).toBe(400)
    expect(stack.subgraphCalls()).toBe(0)
  })

  test('a body of more than 1 MB is 413, declared or not', async () => {
    const big = JSON.stringify({ query: '{ hello }', pad: 'x'.repeat(1_100_000) })
    expect((await post(big)).status).toBe(413)
    const stream = new ReadableStream({
      start(controller) {
        controller.enqueue(Buffer.from(big))
        controller.close()
      },
    })
    const init = {
      method: 'POST',
      body: stream,
      duplex: 'half',
      headers: { 'content-type': 'application/json' },
    }
    expect((await fetch(stack.endpoint, init as RequestInit)).status).toBe(413)
  })

  test('a compressed body is 415', async () => {
    const body = gzipSync(JSON.stringify({ query: '{ hello }' }))
    expect((await post(body, { 'content-encoding': 'gzip' })).status).toBe(415)
  })

  test.each([
    ['no JSON', '{"query":'],
    ['a text', '"{ hello }"'],
    ['null', 'null'],
    ['no query', '{}'],
    ['a query that is not a string', '{"query":{"gt":""}}'],
    ['variables that are a list', '{"query":"{ hello }","variables":[1]}'],
    ['an operation name that is not a string', '{"query":"{ hello }","operationName":1}'],
    [
      'nesting of 100,000',
      `{"query":"{ hello }","variables":{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}}`,
    ],
    [
      '50,000 members',
      `{"query":"{ hello }","variables":{${Array.from({ length: 50_000 }, (_, i) => `"k${i}":1`)}}}`,
    ],
  ])('%s is 400', async (_, body) => {
    const response = await post(body)
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({
      errors: [{ extensions: { code: 'BAD_REQUEST' } }],
    })
  })

  test('a hash that is not that of the query changes nothing: the text is the key', async () => {
    const extensions = { persistedQuery: { version: 1, sha256Hash: 'a'.repeat(64) } }
    const answers = ['{ hello }', '{ again: hello }'].map(async (query) => {
      const response = await post(JSON.stringify({ query, extensions }))
      return await response.json()
    })
    expect(await Promise.all(answers)).toEqual([
      { data: { hello: 'hello' } },
      { data: { again: 'hello' } },
    ])
  })

  test('brackets and commas inside a text count for nothing', async () => {
    const name = `${'[{,"'.repeat(20_000)}\\`
    const reply = await stack.send('mutation ($name: String!) { rename(name: $name) }', {
      variables: { name },
      headers: bearer(await stack.auth.token()),
    })
    expect(reply.status).toBe(200)
  })
})

describe('requests that smuggle', () => {
  const body = '{"query":"{ hello }"}'
  const length = `Content-Length: ${body.length}`
  const chunks = `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`
  const send = (lines: string, sent: string) => {
    const { host } = new URL(stack.endpoint)
    const head = `POST /graphql HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\nContent-Type: application/json`
    return rawBytes(stack.endpoint, `${head}\r\n${lines}\r\n\r\n${sent}`)
  }

  test.each([
    ['length and chunks at once', `${length}\r\nTransfer-Encoding: chunked`, chunks],
    ['two lengths', `${length}\r\nContent-Length: ${body.length + 1}`, body],
    ['a coding that is not chunked, beside a length', `${length}\r\nTransfer-Encoding: x`, body],
    ['chunks twice', 'Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked', chunks],
    ['a folded line', `${length}\r\nX-Folded: a\r\n b`, body],
    ['a bare CR in a value', `${length}\r\nX-Value: a\rb`, body],
    ['two hosts', `${length}\r\nHost: evil.example`, body],
  ])('%s is 400', async (_, lines, sent) => {
    const before = stack.subgraphCalls()
    expect(await send(lines, sent)).toMatch(/^HTTP\/1\.1 400 /)
    expect(stack.subgraphCalls()).toBe(before)
  })

  test.each(['xchunked', 'gzip, chunked', 'x, chunked'])('the coding %s is 501', async (coding) => {
    const before = stack.subgraphCalls()
    const answer = await send(`Transfer-Encoding: ${coding}`, chunks)
    expect(answer).toMatch(
      /^HTTP\/1\.1 501 [\s\S]*connection: close\r\n[\s\S]*"code":"BAD_REQUEST"/i,
    )
    // One request, one answer.
    expect(answer.match(/HTTP\/1\.1 /g)).toHaveLength(1)
    expect(stack.subgraphCalls()).toBe(before)
  })

  test.each([
    ['a length', length, body],
    ['chunks', 'Transfer-Encoding: Chunked', chunks],
  ])('with %s alone it is answered', async (_, lines, sent) => {
    expect(await send(lines, sent)).toMatch(/^HTTP\/1\.1 200 [\s\S]*"hello"/)
  })
})

describe('answers', () => {
  test('carry security headers, no-store, Vary and no banner', async () => {
    const { headers } = await stack.hello()
    expect(headers.get('cache-control')).toBe('no-store')
    expect(headers.get('vary')).toMatch(/Origin.*Authorization.*Cookie/)
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'")
    expect(headers.get('referrer-policy')).toBe('no-referrer')
    expect(headers.get('x-powered-by')).toBeNull()
    expect(headers.get('server')).toBeNull()
  })

  test('are graphql-response+json for who names it, JSON for all others', async () => {
    const typeFor = async (accept: string) =>
      (await stack.hello({ accept })).headers.get('content-type')
    expect(await typeFor('application/graphql-response+json')).toContain('graphql-response+json')
    expect(await typeFor('*/*')).toContain('application/json')
    expect((await stack.hello({ accept: 'text/csv' })).status).toBe(406)
  })

  test('a request id of a stranger is not taken over', async () => {
    const { headers } = await stack.hello({ 'x-request-id': 'chosen-by-a-stranger' })
    expect(headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/)
    const refused = await stack.hello(bearer('nonsense'))
    expect(refused.body.errors?.[0]?.extensions.requestId).toBe(refused.headers.get('x-request-id'))
  })

  test('CORS names exactly the origins that are listed', async () => {
    const originFor = async (origin: string) => {
      const { headers } = await stack.hello({ origin })
      return headers.get('access-control-allow-origin')
    }
    expect(await originFor('https://app.example')).toBe('https://app.example')
    for (const origin of [
      'null',
      'https://app.example.evil.example',
      'http://app.example',
      'https://app.example:1',
      '*',
    ]) {
      expect(await originFor(origin)).toBeNull()
    }
  })

  test('a preflight is answered for a listed origin', async () => {
    const preflight = (origin: string) =>
      fetch(stack.endpoint, {
        method: 'OPTIONS',
        headers: { origin, 'access-control-request-method': 'POST' },
      })
    const allowed = await preflight('https://app.example')
    expect(allowed.status).toBe(204)
    expect(allowed.headers.get('access-control-allow-credentials')).toBe('true')
    expect(allowed.headers.get('access-control-allow-headers')).toContain('x-csrf-token')
    expect(
      (await preflight('https://evil.example')).headers.get('access-control-allow-origin'),
    ).toBeNull()
  })
})

describe('addresses', () => {
  test('X-Forwarded-For of a stranger is ignored', async () => {
    await stack.hello({ 'x-forwarded-for': '192.0.2.1' })
    expect(stack.auth.calls('/graphql')[0]?.headers['sallyport-client-address']).toBe('127.0.0.1')
  })

  test('from a listed proxy the rightmost address that is not a proxy counts', async () => {
    const proxied = await startGateway({ env: { TRUSTED_PROXIES: '127.0.0.1,10.0.0.0/8' } })
    try {
      await proxied.hello({
        'x-forwarded-for': '203.0.113.9, ::ffff:192.0.2.1, 10.1.2.3',
        'x-request-id': 'from-our-proxy',
      })
      const headers = proxied.auth.calls('/graphql')[0]?.headers
      expect(headers?.['sallyport-client-address']).toBe('192.0.2.1')
      expect(headers?.['sallyport-request-id']).toBe('from-our-proxy')
    } finally {
      await proxied[Symbol.asyncDispose]()
    }
  })
})

describe('logs', () => {
  test('hold no credential, variable or query text', async () => {
    const token = await stack.auth.token()
    const canary = 'canary-5c1f'
    await stack.send(`mutation ($name: String!) { rename(name: $name) # ${canary}\n }`, {
      variables: { name: canary },
      headers: { ...bearer(token), 'x-canary': canary },
    })
    await stack.hello({ 'x-api-key': canary, 'x-api-secret': canary })
    await post(`{"query": "${canary}`)
    const text = stack.logs.join('')
    expect(text).toContain('"status":200')
    expect(text).not.toContain(canary)
    expect(text).not.toContain(token.split('.')[2])
  })
})

describe('the explorer', () => {
  const asBrowser = (path: string) =>
    fetch(`${stack.gateway.url}${path}`, { headers: { accept: 'text/html' } })

  test('a browser gets Apollo Sandbox at /graphql, with a policy of its own', async () => {
    const response = await asBrowser('/graphql')
    expect(response.headers.get('content-type')).toContain('text/html')
    expect(response.headers.get('content-security-policy')).toContain('embeddable-sandbox')
    expect(response.headers.get('content-security-policy')).toContain("frame-ancestors 'none'")
    expect(response.headers.get('referrer-policy')).toBe('no-referrer')
    const page = await response.text()
    for (const name of ['Register', 'Login', 'Verify', 'Viewer']) expect(page).toContain(name)
  })

  test('Altair works without internet, from our own address alone', async () => {
    const page = await asBrowser('/explorer')
    const policy = page.headers.get('content-security-policy') ?? ''
    expect(policy).toContain("frame-ancestors 'none'")
    expect(page.headers.get('referrer-policy')).toBe('no-referrer')
    expect([page.status, policy.includes('unsafe-eval'), policy.includes('https:')]).toEqual([
      200,
      false,
      false,
    ])
    const script = /src="([^"]+\.js)"/.exec(await page.text())?.[1]
    const asset = await asBrowser(`/explorer/${script}`)
    expect([asset.status, asset.headers.get('content-type')]).toEqual([
      200,
      'text/javascript; charset=utf-8',
    ])
    expect((await rawRequestPath('/explorer/../package.json')).slice(0, 12)).toBe('HTTP/1.1 404')
    expect((await rawRequestPath('/explorer/..%2fpackage.json')).slice(0, 12)).toBe('HTTP/1.1 404')
    // What only begins like it is another path.
    expect((await fetch(`${stack.gateway.url}/explorers`, { method: 'POST' })).status).toBe(404)
  })

  test('neither is there in production, and tokens need HTTPS', async () => {
    const production = await startGateway({
      env: {
        NODE_ENV: 'production',
        HOST: '127.0.0.1',
        TRUSTED_PROXIES: '127.0.0.1',
        PUBLIC_URL: 'https://graph.example',
      },
      waitUntilReady: false,
    })
    try {
      const { url } = production.gateway
      expect((await fetch(`${url}/explorer`)).status).toBe(404)
      const page = await fetch(`${url}/graphql`, { headers: { accept: 'text/html' } })
      expect(page.headers.get('content-type')).toContain('application/json')
      const plain = await production.hello(bearer('token'))
      expect([plain.status, refusalOf(plain)]).toEqual([400, 'BAD_REQUEST HTTPS_REQUIRED'])
      expect(plain.headers.get('strict-transport-security')).toContain('max-age=31536000')
      const secure = await production.hello({ ...bearer('token'), 'x-forwarded-proto': 'https' })
      expect(refusalOf(secure)).toBe('UNAUTHENTICATED TOKEN_INVALID')
      for (const query of [
        '{ __schema { queryType { name } } }',
        '{ __type(name: "Me") { name } }',
      ]) {
        const introspection = await production.send(query)
        expect([introspection.status, refusalOf(introspection)]).toEqual([
          400,
          'GRAPHQL_VALIDATION_FAILED',
        ])
      }
      for (const query of ['{ helo }', '{ me { sup } }', 'mutation { logim }']) {
        const { body } = await production.send(query)
        expect(body.errors?.[0]?.message).not.toMatch(/did you mean|hello|sub|login/i)
      }
    } finally {
      await production[Symbol.asyncDispose]()
    }
  })
})

function rawRequestPath(path: string): Promise<string> {
  const { host } = new URL(stack.endpoint)
  return rawBytes(
    stack.endpoint,
    `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`,
  )
}

test.each([
  ['off', 400, 400],
  ['authenticated', 400, 200],
  ['development', 200, 200],
])(
  'with INTROSPECTION=%s the schema is %i for nobody and %i for a user',
  async (INTROSPECTION, nobody, user) => {
    await using limited = await startGateway({ env: { INTROSPECTION } })
    for (const query of [
      '{ __schema { queryType { name } } }',
      '{ __type(name: "Me") { name } }',
    ]) {
      const headers = bearer(await limited.auth.token())
      expect((await limited.send(query)).status).toBe(nobody)
      expect((await limited.send(query, { headers })).status).toBe(user)
    }
    expect((await limited.send('{ __typename }')).status).toBe(200)
  },
)

test.each(['authenticated', 'role:admin'])(
  'with INTROSPECTION=%s an app needs the scope graph, as for whatever has a rule',
  async (INTROSPECTION) => {
    await using limited = await startGateway({ env: { INTROSPECTION } })
    const ask = async (scope: string) => {
      const claims = { client_id: 'cli_1', grant_id: 'grt_1', scope, roles: ['admin'] }
      const headers = bearer(await limited.auth.token({ claims, without: ['sid'] }))
      return (await limited.send('{ __schema { queryType { name } } }', { headers })).status
    }
    expect([await ask('openid'), await ask('graph')]).toEqual([400, 200])
  },
)

test('an operation that takes too long is given up, and its subgraph calls with it', async () => {
  await using hurried = await startGateway({ limits: { executionTimeoutMs: 300 } })
  // Longer than this test may take: anyone who waits for it fails.
  hurried.auth.switches.delayMs = 120_000
  const { status, body } = await hurried.hello()
  expect([status, body.errors?.[0]?.extensions.code]).toEqual([200, 'SUBGRAPH_UNAVAILABLE'])
})

test('a client that takes nothing of its answers is cut off', async () => {
  await using hurried = await startGateway({ limits: { executionTimeoutMs: 1_000 } })
  const query = 'mutation ($name: String!) { rename(name: $name) }'
  const body = JSON.stringify({ query, variables: { name: 'x'.repeat(900_000) } })
  const head = [
    'POST /graphql HTTP/1.1',
    'Host: localhost',
    'Content-Type: application/json',
    `Authorization: Bearer ${await hurried.auth.token()}`,
    `Content-Length: ${body.length}`,
  ].join('\r\n')
  const { hostname, port } = new URL(hurried.endpoint)
  const socket = connect(Number(port), hostname)
  const closed = new Promise((resolve) => socket.once('close', resolve))
  socket.on('error', () => undefined)
  socket.pause()
  // More than the buffers of both kernels take: what is left to send fails when the gateway lets go.
  const ask = () => socket.write(`${head}\r\n\r\n${body}`)
  for (let count = 0; count < 40; count++) ask()
  // Where the machine is so slow that some are refused in few words, others follow.
  const more = setInterval(ask, 250)
  await closed
  clearInterval(more)
})

test('a slow client is cut off', async () => {
  const { readGatewayConfig } = await import('../../gateway/config.ts')
  const { listen } = await import('../../gateway/http/server.ts')
  const { limits } = readGatewayConfig({})
  const listener = await listen({
    host: '127.0.0.1',
    port: 0,
    tls: null,
    limits: { ...limits, headersTimeoutMs: 1_000, requestTimeoutMs: 2_000 },
    handle: (_, response) => void response.end(),
  })
  const answer = await rawBytes(listener.url, 'POST /graphql HTTP/1.1\r\nHost: x\r\nX-Slow')
  expect(answer).toMatch(/^HTTP\/1\.1 408/)
  await listener.stop()
})

test('the raw front takes an ordinary request: the refusals above are not for another reason', async () => {
  expect(await rawRequest(stack.endpoint, [])).toMatch(/^HTTP\/1\.1 200/)
})

test('an endless chunked body is answered with 413 and cut off', async () => {
  await using short = await startGateway({
    limits: { requestTimeoutMs: 2_000, headersTimeoutMs: 1_000 },
  })
  const { hostname, port } = new URL(short.endpoint)
  const socket = connect(Number(port), hostname)
  const head = `POST /graphql HTTP/1.1\r\nHost: ${hostname}\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n`
  socket.write(head)
  const chunk = `10000\r\n${'x'.repeat(0x10000)}\r\n`
  const pump = setInterval(() => socket.write(chunk), 5)
  let answer = ''
  socket.on('data', (data) => {
    answer += data.toString('latin1')
  })
  socket.on('error', () => undefined)
  await new Promise((resolve) => socket.once('close', resolve))
  clearInterval(pump)
  expect(answer).toMatch(/^HTTP\/1\.1 413/)
})
