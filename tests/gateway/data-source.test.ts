// How the gateway speaks to subgraphs (cases 117, 119, 120, 123 to 125): bounded in time and size, nothing followed, nothing leaked.
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { gzipSync } from 'node:zlib'
import { afterEach, describe, expect, test } from 'vitest'
import { Cancellation } from '../../gateway/cancellation.ts'
import type { RequestContext } from '../../gateway/request-context.ts'
import { createDataSources, type DataSources } from '../../gateway/subgraph/data-source.ts'
import { readSupergraphConfig } from '../../gateway/supergraph/read-config.ts'
import { closeServer, contextFor, graphParts, urlOf } from './graph-fixture.ts'

type Handler = (request: IncomingMessage, response: ServerResponse, body: string) => void

const open: { servers: Server[]; sources: DataSources[] } = { servers: [], sources: [] }
afterEach(async () => {
  await Promise.all(open.sources.splice(0).map((sources) => sources.stop()))
  await Promise.all(open.servers.splice(0).map(closeServer))
})

async function listen(handler: Handler): Promise<Server> {
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    handler(request, response, Buffer.concat(chunks).toString())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  open.servers.push(server)
  return server
}

/** Sources for `auth` and `reviews`, both at this address. */
function sourcesFor(
  url: string,
  maxResponseBytes?: number,
  timeoutMs = 20_000,
  warn: (fields: object, message: string) => void = () => undefined,
): DataSources {
  const entry = { routing_url: url, schema: { file: 'a' }, timeoutMs }
  const reviews = { ...entry, forwardHeaders: ['Accept-Language'] }
  const text = JSON.stringify({ subgraphs: { auth: entry, reviews } })
  const sources = createDataSources({
    subgraphs: readSupergraphConfig(text, { variables: {} }).subgraphs,
    logger: { warn, error() {} } as never,
    traffic: graphParts().traffic,
    ...(maxResponseBytes !== undefined && { maxResponseBytes }),
  })
  open.sources.push(sources)
  return sources
}

function send(
  sources: DataSources,
  subgraph: string,
  context: RequestContext = contextFor(),
  request: Record<string, unknown> = { query: '{ a }', variables: {} },
) {
  return sources.get(subgraph).send(JSON.stringify(request), context)
}

function answer(
  response: ServerResponse,
  body: unknown,
  headers: Record<string, string | string[]> = {},
) {
  response.writeHead(200, { 'content-type': 'application/json', ...headers })
  response.end(typeof body === 'string' ? body : JSON.stringify(body))
}

describe('what a subgraph receives', () => {
  async function receivedBy(
    subgraph: string,
    context: RequestContext,
    request?: Record<string, unknown>,
  ) {
    let received: { headers: IncomingMessage['headers']; body: string } | undefined
    const server = await listen(({ headers }, response, body) => {
      received = { headers, body }
      answer(response, { data: { a: 1 } })
    })
    const result = await send(sourcesFor(urlOf(server)), subgraph, context, request)
    expect(result.data).toEqual({ a: 1 })
    return received ?? { headers: {}, body: '' }
  }
  const forwardable = {
    'accept-language': 'de',
    authorization: 'Bearer client-token',
    cookie: '__Host-access=client-token',
    'x-api-secret': 'sps_client',
    'sallyport-identity': 'forged',
    sallyport_identity: 'forged',
    'sallyport-client-address': '6.6.6.6',
  }

  test('its own identity token, the request id and what its forwardHeaders list', async () => {
    const { headers } = await receivedBy('reviews', contextFor(undefined, { forwardable }))
    expect(headers['sallyport-identity']).toBe('identity-for-reviews')
    expect(headers['sallyport-request-id']).toBe('req_1')
    expect(headers['accept-language']).toBe('de')
  })

  test('nothing else of the client, and nothing that is for auth', async () => {
    const { headers } = await receivedBy('reviews', contextFor(undefined, { forwardable }))
    const text = JSON.stringify(headers)
    expect(text).not.toMatch(/client-token|sps_client|forged|6\.6\.6\.6|203\.0\.113\.7/)
    expect(headers).not.toHaveProperty('accept-encoding')
  })

  test('auth alone gets the headers that are for auth', async () => {
    const { headers } = await receivedBy('auth', contextFor(undefined, { forwardable }))
    expect(headers['sallyport-client-address']).toBe('203.0.113.7')
    expect(headers).not.toHaveProperty('accept-language')
  })

  test('the request as the engine wrote it', async () => {
    const request = { query: '{ a }', variables: { v: 1 } }
    const { body } = await receivedBy('reviews', contextFor(), request)
    expect(JSON.parse(body)).toEqual({ query: '{ a }', variables: { v: 1 } })
  })

  test('every request is counted', async () => {
    const context = contextFor()
    await receivedBy('reviews', context)
    expect(context.fetches).toBe(1)
  })
})

describe('Set-Cookie', () => {
  test('of auth is kept for the gateway to judge, of another subgraph it is dropped', async () => {
    const headers = { 'set-cookie': ['__Host-access=1; Path=/', 'evil=1'] }
    const server = await listen((_, response) => answer(response, { data: {} }, headers))
    const sources = sourcesFor(urlOf(server))
    const context = contextFor()
    await send(sources, 'reviews', context)
    expect(context.setCookies).toEqual([])
    await send(sources, 'auth', context)
    expect(context.setCookies).toEqual(['__Host-access=1; Path=/', 'evil=1'])
  })
})

describe('a subgraph that misbehaves', () => {
  const unavailable = [
    { message: expect.any(String), extensions: { code: 'SUBGRAPH_UNAVAILABLE' } },
  ]
  const huge = JSON.stringify({ data: { a: 'x'.repeat(200_000) } })

  test.each<[string, Handler]>([
    ['redirects', (_, response) => response.writeHead(302, { location: '/elsewhere' }).end()],
    [
      'redirects with JSON',
      (_, r) =>
        r
          .writeHead(307, { location: '/elsewhere', 'content-type': 'application/json' })
          .end('{"data":{}}'),
    ],
    [
      'answers HTML',
      (_, response) => answer(response, '<h1>hi</h1>', { 'content-type': 'text/html' }),
    ],
    ['answers no type', (_, response) => response.writeHead(200).end('{"data":{}}')],
    ['answers half of a JSON', (_, response) => answer(response, '{"data":{')],
    ['answers a list', (_, response) => answer(response, [{ data: {} }])],
    ['answers null', (_, response) => answer(response, 'null')],
    ['answers neither data nor errors', (_, response) => answer(response, {})],
    ['answers data that is a string', (_, response) => answer(response, { data: 'x' })],
    [
      'answers gzip',
      (_, r) =>
        r
          .writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' })
          .end(gzipSync('{"data":{}}')),
    ],
    [
      'announces too much',
      (_, response) => answer(response, huge, { 'content-length': String(huge.length) }),
    ],
    [
      'sends too much in chunks',
      (_, response) => {
        response.writeHead(200, { 'content-type': 'application/json' })
        for (let i = 0; i < 100; i += 1) response.write('x'.repeat(4096))
      },
    ],
    ['hangs up', (request) => request.socket.destroy()],
    [
      'hangs up in the middle',
      (request, response) => {
        response.writeHead(200, { 'content-type': 'application/json', 'content-length': '100' })
        response.write('{"data":', () => request.socket.destroy())
      },
    ],
    [
      'answers 500 with a page',
      (_, r) => r.writeHead(500, { 'content-type': 'text/html' }).end('at /srv/app.js:1'),
    ],
    [
      'answers 503 with empty JSON',
      (_, r) => r.writeHead(503, { 'content-type': 'application/json' }).end('{}'),
    ],
    [
      'answers 401',
      (_, r) =>
        r
          .writeHead(401, { 'content-type': 'application/json' })
          .end('{"errors":[{"message":"who?","extensions":{"code":"UNAUTHENTICATED"}}]}'),
    ],
  ])('that %s is unavailable, and says no more', async (_, handler) => {
    const server = await listen(handler)
    const result = await send(sourcesFor(urlOf(server), 100_000), 'reviews')
    expect(result.errors).toEqual(unavailable)
    expect(JSON.stringify(result)).not.toMatch(/127\.0\.0\.1|srv|who\?/)
  })

  test('that is not there is unavailable, and its address stays inside', async () => {
    const result = await send(sourcesFor('http://127.0.0.1:9/graphql'), 'reviews')
    expect(result.errors).toEqual(unavailable)
  })

  test('that hangs is cut at its timeout, and its connection closed', async () => {
    let closed: Promise<unknown> | undefined
    // It would never answer: that the question ends is the time-out's doing.
    const server = await listen((request) => {
      closed = once(request.socket, 'close')
    })
    const result = await send(sourcesFor(urlOf(server), undefined, 300), 'reviews')
    expect(result.errors).toEqual([
      { message: expect.any(String), extensions: { code: 'SUBGRAPH_TIMEOUT' } },
    ])
    expect(closed).toBeDefined()
    await closed
  })

  test('that drips for ever is cut at the same timeout', async () => {
    const server = await listen((_, response) => {
      response.writeHead(200, { 'content-type': 'application/json' })
      const timer = setInterval(() => response.write(' '), 20)
      response.on('close', () => clearInterval(timer))
    })
    const result = await send(sourcesFor(urlOf(server), undefined, 300), 'reviews')
    expect(result.errors?.[0]?.extensions).toEqual({ code: 'SUBGRAPH_TIMEOUT' })
  })

  test('with errors without end is cut at a thousand, which the log tells once, and its data stays', async () => {
    const count = 1_000_000
    const server = await listen((_, response) =>
      answer(response, `{"data":{"a":null},"errors":[${'{},'.repeat(count - 1)}{}]}`),
    )
    const lines: [object, string][] = []
    const sources = sourcesFor(urlOf(server), undefined, undefined, (...line) => lines.push(line))
    const { data, errors } = await send(sources, 'reviews')
    expect(data).toEqual({ a: null })
    expect(errors).toHaveLength(1001)
    expect(errors?.at(-1)).toEqual({
      message: 'There are more errors.',
      extensions: { code: 'SUBGRAPH_UNAVAILABLE' },
    })
    const told = lines.filter(([, message]) => message.includes('than are looked at'))
    expect(told).toEqual([
      [expect.objectContaining({ subgraph: 'reviews', errors: count }), expect.any(String)],
    ])
  })

  test('keys that are prototypes to JavaScript are dropped, however they are spelled', async () => {
    const body =
      '{"data":{"a":{"__proto__":{"admin":true},"\\u005f_proto__":{"admin":true},"constructor":{"prototype":{"admin":true}},"b":1}}}'
    const server = await listen((_, response) => answer(response, body))
    const result = await send(sourcesFor(urlOf(server)), 'reviews')
    expect(JSON.stringify(result.data)).toBe('{"a":{"b":1}}')
    expect(({} as { admin?: boolean }).admin).toBeUndefined()
  })

  test('one that recovers is used again', async () => {
    let calls = 0
    const server = await listen((request, response) => {
      calls += 1
      if (calls === 1) request.socket.destroy()
      else answer(response, { data: { a: 1 } })
    })
    const sources = sourcesFor(urlOf(server))
    expect((await send(sources, 'reviews')).errors).toEqual(unavailable)
    expect((await send(sources, 'reviews')).data).toEqual({ a: 1 })
  })
})

describe('a client that leaves', () => {
  test('ends the request to the subgraph', async () => {
    const cancellation = new Cancellation()
    let closed: Promise<void> = Promise.resolve()
    const server = await listen((request) => {
      closed = new Promise((resolve) => request.socket.on('close', resolve))
      cancellation.cancel()
    })
    const result = await send(
      sourcesFor(urlOf(server)),
      'reviews',
      contextFor(undefined, { cancellation }),
    )
    expect(result.errors?.[0]?.extensions?.code).toBe('SUBGRAPH_UNAVAILABLE')
    await closed
  })

  test('before the request began starts none', async () => {
    let calls = 0
    const server = await listen(() => {
      calls += 1
    })
    const cancellation = new Cancellation()
    cancellation.cancel()
    await send(sourcesFor(urlOf(server)), 'reviews', contextFor(undefined, { cancellation }))
    expect(calls).toBe(0)
  })
})

test('a hundred parallel requests share the pool and are all answered', async () => {
  const server = await listen((_, response) => answer(response, { data: { a: 1 } }))
  const sources = sourcesFor(urlOf(server))
  const results = await Promise.all(Array.from({ length: 100 }, () => send(sources, 'reviews')))
  expect(results.every(({ data }) => data?.a === 1)).toBe(true)
})
