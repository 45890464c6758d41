// What a subgraph says of its own failure: to the operator always, to clients in development alone.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server, type ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { composeServices } from '@apollo/composition'
import { parse } from 'graphql'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { authSdl } from './auth-peer.ts'
import { closeServer, urlOf } from './graph-fixture.ts'
import { type Stack, startGateway } from './start-gateway.ts'

const SECRET = 'srt_do-not-write-this'
const booksSdl = `
  extend schema
    @link(url: "https://specs.apollo.dev/federation/v2.6", import: ["@composeDirective"])
    @link(url: "https://sallyport.dev/access/v1.0", import: ["@public"])
    @composeDirective(name: "@public")
  directive @public(staleCredentials: Boolean = false) on OBJECT | FIELD_DEFINITION | INTERFACE
  type Query { books: [String] @public }`

let folder = ''
let books: Server
let answer: (response: ServerResponse) => void = (response) => response.end()
let development: Stack
let production: Stack

beforeAll(async () => {
  books = createServer((request, response) => {
    request.resume().on('end', () => answer(response))
  })
  await new Promise<void>((resolve) => books.listen(0, '127.0.0.1', resolve))
  folder = await mkdtemp(join(tmpdir(), 'sallyport-books-'))
  await writeGraph()
  const env = { SUPERGRAPH_CONFIG: join(folder, 'supergraph.yaml'), BOOKS_URL: urlOf(books) }
  development = await startGateway({ env })
  production = await startGateway({ env: { ...env, NODE_ENV: 'production' } })
})
afterAll(async () => {
  await development?.[Symbol.asyncDispose]()
  await production?.[Symbol.asyncDispose]()
  await closeServer(books)
  await rm(folder, { recursive: true, force: true })
})

async function writeGraph() {
  const { supergraphSdl, errors } = composeServices([
    { name: 'auth', typeDefs: parse(authSdl), url: 'http://auth.invalid/graphql' },
    { name: 'books', typeDefs: parse(booksSdl), url: 'http://books.invalid/graphql' },
  ])
  if (supergraphSdl === undefined) throw new Error(errors?.map(String).join('\n'))
  await writeFile(join(folder, 'supergraph.graphql'), supergraphSdl)
  await writeFile(join(folder, 'auth.graphql'), authSdl)
  await writeFile(
    join(folder, 'supergraph.yaml'),
    `subgraphs:
  auth: { routing_url: "\${AUTH_URL}", schema: { file: auth.graphql }, mayDeclarePublic: true }
  books: { routing_url: "\${BOOKS_URL}", schema: { file: books.graphql }, mayDeclarePublic: true, timeoutMs: 500 }
`,
  )
}

/** The error of `{ books }`, and the lines about the subgraph that it left. */
async function ask(gateway: Stack) {
  gateway.logs.length = 0
  const { body, status } = await gateway.send('{ books }')
  const lines = gateway.logs.map((line) => JSON.parse(line) as Record<string, unknown>)
  const [error] = body.errors ?? []
  return { status, error, lines: lines.filter(({ subgraph }) => subgraph === 'books') }
}

function json(status: number, body: unknown) {
  return (response: ServerResponse) => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  }
}

function page(status: number, text: string) {
  return (response: ServerResponse) => {
    response.writeHead(status, { 'content-type': 'text/html' }).end(text)
  }
}

const errors = (...all: unknown[]) => ({ data: null, errors: all })

describe.each<[string, (response: ServerResponse) => void, string, string, number]>([
  [
    'refuses the identity token',
    json(
      401,
      errors({ message: 'iss is not the issuer', extensions: { code: 'UNAUTHENTICATED' } }),
    ),
    'SUBGRAPH_UNAVAILABLE',
    'iss is not the issuer',
    50,
  ],
  [
    'answers 401 with JSON',
    json(401, { error: 'wrong audience' }),
    'SUBGRAPH_UNAVAILABLE',
    'wrong audience',
    50,
  ],
  [
    'answers 404 with a page',
    page(404, '<h1>no such route</h1>'),
    'SUBGRAPH_UNAVAILABLE',
    'no such route',
    40,
  ],
  [
    'answers 200 with a page',
    page(200, '<h1>a login page</h1>'),
    'SUBGRAPH_UNAVAILABLE',
    'a login page',
    40,
  ],
  [
    'answers 503 with text',
    json(503, 'overloaded, sorry'),
    'SUBGRAPH_UNAVAILABLE',
    'overloaded, sorry',
    40,
  ],
  [
    'answers an error without a code',
    json(200, errors({ message: 'shelf 7 is missing', path: ['books'] })),
    'INTERNAL_SERVER_ERROR',
    'shelf 7 is missing',
    50,
  ],
  [
    'answers an error with a code of its own spelling',
    json(200, errors({ message: 'shelf 8', path: ['books'], extensions: { code: 'not-found' } })),
    'INTERNAL_SERVER_ERROR',
    'shelf 8',
    50,
  ],
  [
    'says that the request was wrong',
    json(
      400,
      errors({
        message: 'Cannot query field "x"',
        extensions: { code: 'GRAPHQL_VALIDATION_FAILED' },
      }),
    ),
    'SUBGRAPH_UNAVAILABLE',
    'Cannot query field',
    40,
  ],
  [
    'fails itself',
    json(500, errors({ message: 'x is undefined', extensions: { code: 'INTERNAL_SERVER_ERROR' } })),
    'INTERNAL_SERVER_ERROR',
    'x is undefined',
    50,
  ],
])('a subgraph that %s', (_, given, code, said, level) => {
  beforeAll(() => {
    answer = given
  })

  test('has its own words in the log, with the id of the request', async () => {
    const { error, lines } = await ask(production)
    expect(error?.extensions.code).toBe(code)
    expect(lines).toEqual([
      expect.objectContaining({
        level,
        part: 'gateway',
        requestId: error?.extensions.requestId,
        subgraph: 'books',
        code,
        said: expect.stringContaining(said),
      }),
    ])
  })

  test('has them in the answer in development, and never in production', async () => {
    const shown = await ask(development)
    expect(shown.error?.extensions).toMatchObject({ code, subgraph: 'books' })
    expect(shown.error?.extensions.subgraphMessage).toContain(said)
    const hidden = await ask(production)
    expect(Object.keys(hidden.error?.extensions ?? {}).sort()).toEqual(['code', 'requestId'])
    expect(JSON.stringify(hidden.error)).not.toContain(said)
  })
})

test('a refused identity token comes with what to look at', async () => {
  answer = json(401, errors({ message: 'no', extensions: { code: 'UNAUTHENTICATED' } }))
  const [line] = (await ask(production)).lines
  expect(line?.advice).toMatch(/PUBLIC_URL.*supergraph\.yaml.*"books".*clocks/)
})

test('the path is told, and where there are many errors a few lines tell of them', async () => {
  const all = Array.from({ length: 1000 }, (_, n) => ({ message: `m${n}`, path: ['books', n] }))
  answer = json(200, errors(...all))
  const { lines } = await ask(production)
  expect(lines.length).toBeLessThanOrEqual(6)
  expect(lines[3]).toMatchObject({ said: 'm3', path: 'books.3' })
  expect(lines.at(-1)).toMatchObject({ more: 995 })
})

test.each([
  ['an error', json(200, errors({ message: `${SECRET} ${'x'.repeat(1e5)}\n\u001b[31m` }))],
  ['a page', page(502, `<p>${SECRET} ${'x'.repeat(1e5)}\n</p>`)],
  ['an answer of another form', json(401, { error: `Bearer ${SECRET}`, more: 'x'.repeat(1e5) })],
])('%s of any length is one bounded line without secrets', async (_, given) => {
  answer = given
  const { lines } = await ask(production)
  expect(lines).toHaveLength(1)
  expect(JSON.stringify(lines).length).toBeLessThan(6000)
  expect(JSON.stringify(lines)).not.toContain(SECRET)
  expect(JSON.stringify((await ask(development)).error)).not.toContain(SECRET)
})

test('half of an answer with data is not written', async () => {
  answer = (response) => {
    response
      .writeHead(200, { 'content-type': 'application/json' })
      .end('{"data":{"books":["private')
  }
  const { lines } = await ask(production)
  expect(lines).toEqual([expect.objectContaining({ code: 'SUBGRAPH_UNAVAILABLE' })])
  expect(JSON.stringify(lines)).not.toContain('private')
})

test('a subgraph cannot write these fields itself', async () => {
  const extensions = { code: 'CONFLICT', subgraph: 'auth', subgraphMessage: 'hello' }
  answer = json(200, errors({ message: 'no', extensions }))
  expect((await ask(development)).error?.extensions).toEqual({
    code: 'CONFLICT',
    requestId: expect.any(String),
  })
})
