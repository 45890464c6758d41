// Which documents may be asked with (documents: of supergraph.yaml): trusted ones from a manifest, and hashes in the place of documents.
import { createHash } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ApolloClient, gql, HttpLink, InMemoryCache } from '@apollo/client'
import { PersistedQueryLink } from '@apollo/client/link/persisted-queries'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { readManifest } from '../../gateway/documents/manifest.ts'
import { readSupergraphConfig } from '../../gateway/supergraph/read-config.ts'
import { type RedisServer, startRedis } from '../postgres/redis.ts'
import { refusalOf, type Stack, startGateway } from './start-gateway.ts'

const HELLO = 'query Hello {\n  hello\n}'
const LOGIN = 'mutation Login($password: String) { login(password: $password) }'
const hashOf = (text: string) => createHash('sha256').update(text).digest('hex')
const persisted = (hash: string) => ({ persistedQuery: { version: 1, sha256Hash: hash } })

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sallyport-documents-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

async function startWith(documents: Record<string, unknown>, manifest?: unknown) {
  const file = join(folder, `${crypto.randomUUID()}.json`)
  if (manifest !== undefined) await writeFile(file, JSON.stringify(manifest))
  const settings = manifest === undefined ? documents : { ...documents, manifest: file }
  return await startGateway({ yaml: { file: `documents: ${JSON.stringify(settings)}` } })
}

async function post(stack: Stack, body: unknown) {
  const response = await fetch(stack.endpoint, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  return {
    status: response.status,
    headers: response.headers,
    body: (await response.json()) as Awaited<ReturnType<Stack['send']>>['body'],
  }
}

const apolloManifest = {
  format: 'apollo-persisted-query-manifest',
  version: 1,
  operations: [
    { id: hashOf(HELLO), name: 'Hello', type: 'query', body: HELLO },
    { id: 'login', name: 'Login', type: 'mutation', body: LOGIN },
  ],
}

describe('enforce', () => {
  let stack: Stack
  beforeAll(async () => {
    stack = await startWith({ mode: 'enforce' }, apolloManifest)
  })
  afterAll(() => stack[Symbol.asyncDispose]())

  test.each([
    ['its text', { query: HELLO }],
    ['its text with other blanks', { query: 'query Hello { hello }  # ours' }],
    ['the hash of Apollo Client', { extensions: persisted(hashOf(HELLO)) }],
    ['documentId', { documentId: hashOf(HELLO) }],
    ['doc_id of Relay, with query: null', { doc_id: hashOf(HELLO), query: null }],
    ['an id of its own, with variables', { documentId: 'login', variables: { password: 'x' } }],
  ])('a document of the manifest passes by %s', async (_, body) => {
    const answer = await post(stack, body)
    expect(answer.status).toBe(200)
    expect(answer.body.errors).toBeUndefined()
  })

  test('by GET as well', async () => {
    const response = await fetch(`${stack.endpoint}?documentId=${hashOf(HELLO)}`, {
      headers: { 'apollo-require-preflight': '1' },
    })
    expect(await response.json()).toHaveProperty('data.hello')
  })

  test.each([
    ['another document', { query: '{ hello }' }],
    ['one with a field more', { query: 'query Hello { hello me { sub } }' }],
    ['one that cannot be read', { query: '{{{{' }],
    ['introspection', { query: '{ __schema { types { name } } }' }],
    ['an id that is unknown', { documentId: 'nope' }],
    ['a hash that is unknown', { extensions: persisted(hashOf('{ a }')) }],
    [
      'a document beside the hash of one that is trusted',
      { query: '{ hello }', extensions: persisted(hashOf(HELLO)) },
    ],
    ['a name of objects', { documentId: 'constructor' }],
  ])('%s is refused before it is read', async (_, body) => {
    const calls = stack.subgraphCalls()
    const answer = await post(stack, body)
    expect([answer.status, refusalOf(answer)]).toEqual([400, 'DOCUMENT_NOT_TRUSTED'])
    expect(stack.subgraphCalls()).toBe(calls)
  })

  test.each([{ query: null }, {}])('neither document nor id is a bad request: %j', async (body) => {
    const answer = await post(stack, body)
    expect([answer.status, refusalOf(answer)]).toEqual([400, 'BAD_REQUEST'])
  })
})

test('audit: what is not in the manifest passes, and is told in log and metric', async () => {
  await using stack = await startWith({ mode: 'audit' }, apolloManifest)
  expect((await post(stack, { query: HELLO })).status).toBe(200)
  expect((await post(stack, { query: '{ hello }' })).body.data).toHaveProperty('hello')
  const lines = stack.logs.map((line) => JSON.parse(line)).filter(({ msg }) => msg === 'request')
  expect(lines.map(({ untrusted }) => untrusted)).toEqual([undefined, true])
  const metrics = await (await fetch(`${stack.gateway.adminUrl}/metrics`)).text()
  expect(metrics).toContain('sallyport_documents_total{outcome="trusted"} 1')
  expect(metrics).toContain('sallyport_documents_total{outcome="untrusted"} 1')
})

test('audit: a document that comes as its hash alone is told of each time, as its text is', async () => {
  await using stack = await startWith({ mode: 'audit', automatic: {} }, apolloManifest)
  const query = '{ hello }'
  const extensions = persisted(hashOf(query))
  expect((await post(stack, { query, extensions })).status).toBe(200)
  expect((await post(stack, { extensions })).body.data).toHaveProperty('hello')
  const lines = stack.logs.map((line) => JSON.parse(line)).filter(({ msg }) => msg === 'request')
  expect(lines.map(({ untrusted }) => untrusted)).toEqual([true, true])
  const metrics = await (await fetch(`${stack.gateway.adminUrl}/metrics`)).text()
  expect(metrics).toContain('sallyport_documents_total{outcome="untrusted"} 2')
})

test('off: a manifest still answers for its ids', async () => {
  await using stack = await startWith({}, { hello: HELLO })
  expect((await post(stack, { documentId: 'hello' })).body.data).toHaveProperty('hello')
  expect((await post(stack, { query: '{ hello }' })).body.data).toHaveProperty('hello')
  expect(refusalOf(await post(stack, { documentId: 'other' }))).toBe('DOCUMENT_NOT_TRUSTED')
})

describe('automatic', () => {
  const hash = hashOf(HELLO)

  test('a hash that is unknown is told so in the words of the protocol; sent once, it is known', async () => {
    await using stack = await startWith({ automatic: {} })
    const first = await post(stack, { extensions: persisted(hash) })
    expect([first.status, refusalOf(first), first.body.errors?.[0]?.message]).toEqual([
      200,
      'PERSISTED_QUERY_NOT_FOUND',
      'PersistedQueryNotFound',
    ])
    expect((await post(stack, { query: HELLO, extensions: persisted(hash) })).status).toBe(200)
    expect((await post(stack, { extensions: persisted(hash) })).body.data).toHaveProperty('hello')
  })

  test('a hash that is another one is refused: nobody gives a document in the place of another', async () => {
    await using stack = await startWith({ automatic: {} })
    const answer = await post(stack, { query: '{ hello }', extensions: persisted(hash) })
    expect([answer.status, refusalOf(answer)]).toEqual([400, 'BAD_REQUEST'])
    expect(refusalOf(await post(stack, { extensions: persisted(hash) }))).toBe(
      'PERSISTED_QUERY_NOT_FOUND',
    )
  })

  test('a document that is not good is not kept', async () => {
    await using stack = await startWith({ automatic: {} })
    const bad = '{ nothing }'
    await post(stack, { query: bad, extensions: persisted(hashOf(bad)) })
    expect(refusalOf(await post(stack, { extensions: persisted(hashOf(bad)) }))).toBe(
      'PERSISTED_QUERY_NOT_FOUND',
    )
  })

  test('so many are kept: the one that was not used for longest goes', async () => {
    await using stack = await startWith({ automatic: { max: 2 } })
    const texts = ['{ a: hello }', '{ b: hello }', '{ c: hello }']
    for (const query of texts) await post(stack, { query, extensions: persisted(hashOf(query)) })
    const found = []
    for (const text of texts)
      found.push(refusalOf(await post(stack, { extensions: persisted(hashOf(text)) })))
    expect(found).toEqual(['PERSISTED_QUERY_NOT_FOUND', 'undefined', 'undefined'])
  })

  test('a hash is one, however its digits are written: no spelling takes the place of another document', async () => {
    await using stack = await startWith({ automatic: { max: 2 } })
    const [one, other] = ['{ a: hello }', '{ b: hello }']
    const spellings = [hashOf(other), hashOf(other).toUpperCase()]
    await post(stack, { query: one, extensions: persisted(hashOf(one)) })
    for (const hash of spellings) await post(stack, { query: other, extensions: persisted(hash) })
    for (const hash of [...spellings, hashOf(one)])
      expect(refusalOf(await post(stack, { extensions: persisted(hash) }))).toBe('undefined')
  })

  test("Apollo Client's link sends a document once, and its hash from then on", async () => {
    await using stack = await startWith({ automatic: {} })
    const bodies: string[] = []
    const link = new PersistedQueryLink({ sha256: hashOf }).concat(
      new HttpLink({
        uri: stack.endpoint,
        fetch: (url, init) => {
          bodies.push(String(init?.body))
          return fetch(url, init)
        },
      }),
    )
    const client = new ApolloClient({ link, cache: new InMemoryCache() })
    const query = gql`query Hello { hello }`
    for (let turn = 0; turn < 2; turn += 1) {
      const { data } = await client.query<{ hello: string }>({ query, fetchPolicy: 'network-only' })
      expect(data?.hello).toBeDefined()
    }
    expect(bodies.map((body) => 'query' in JSON.parse(body))).toEqual([false, true, false])
  })
})

describe('automatic on Redis', () => {
  let redis: RedisServer
  beforeAll(async () => {
    redis = await startRedis()
  })
  afterEach(() => redis.thaw())
  afterAll(async () => {
    await redis?.stop()
  })

  test('one gateway knows what another was sent; without Redis a client sends the document again', async () => {
    const options = {
      yaml: { file: 'documents: { automatic: {} }' },
      env: { REDIS_URL: redis.url },
    }
    await using one = await startGateway(options)
    await using two = await startGateway({ ...options, beside: one })
    const hash = hashOf(HELLO)
    await post(one, { query: HELLO, extensions: persisted(hash) })
    await expect
      .poll(async () => (await post(two, { extensions: persisted(hash) })).body.data)
      .toHaveProperty('hello')
    redis.freeze()
    expect(refusalOf(await post(two, { extensions: persisted(hashOf('{ other: hello }')) }))).toBe(
      'PERSISTED_QUERY_NOT_FOUND',
    )
    expect((await post(two, { extensions: persisted(hash) })).body.data).toHaveProperty('hello')
  })
})

describe('settings', () => {
  const entry = { auth: { routing_url: 'http://127.0.0.1:1/', schema: { file: 'a' } } }
  const read = (documents: unknown) =>
    readSupergraphConfig(JSON.stringify({ subgraphs: entry, documents }), { variables: {} })

  test.each([
    [{ mode: 'enforce' }, 'goes together with mode'],
    [{ mode: 'strict', manifest: 'a' }, 'documents.mode'],
    [{ mode: 'enforce', manifest: 'a', automatic: {} }, 'cannot stand beside mode: enforce'],
    [{ automatic: { max: 0 } }, 'documents.automatic.max'],
  ])('%j is refused, and the reason told', (documents, named) => {
    expect(() => read(documents)).toThrow(named)
  })

  test.each([
    ['[]', 'm.json: file'],
    ['{', 'm.json: is not JSON'],
    ['{"a":1}', 'm.json: a'],
    ['{"format":"other","version":1}', 'm.json: format'],
    ['{"format":"apollo-persisted-query-manifest","version":2,"operations":[]}', 'm.json: version'],
    [
      '{"format":"apollo-persisted-query-manifest","version":1,"operations":[{"id":"a","body":"{a}"},{"id":"a","body":"{b}"}]}',
      'two documents have the id "a"',
    ],
  ])('a manifest of %s is refused', (text, message) => {
    expect(() => readManifest(text, 'm.json')).toThrow(message)
  })

  test('a manifest that is missing stops the load', async () => {
    await using stack = await startGateway({
      yaml: { file: 'documents: { mode: enforce, manifest: nowhere.json }' },
      waitUntilReady: false,
    })
    await expect(stack.gateway.ready()).rejects.toThrow('There is no graph')
    expect(stack.logs.join('')).toContain('nowhere.json')
  })
})

test('introspection by role', async () => {
  await using stack = await startGateway({ env: { INTROSPECTION: 'role:support' } })
  const ask = async (roles: readonly string[]) => {
    const token = await stack.auth.token({ claims: { roles } })
    const { status } = await stack.send('{ __schema { queryType { name } } }', {
      headers: { authorization: `Bearer ${token}` },
    })
    return status
  }
  expect([await ask(['support']), await ask(['user'])]).toEqual([200, 400])
})
