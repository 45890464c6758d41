// Operations take the short way, straight into the engine, or go through Apollo Server when a deployment has plugins.
// Nobody outside can tell: the same status, headers and body, and the same requests to subgraphs.
import { gzipSync } from 'node:zlib'
import type { ApolloServerPlugin } from '@apollo/server'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { ApolloContext } from '../../gateway/apollo.ts'
import { apiKeyChecksum } from '../../platform/api-key-format.ts'
import { csrfClaim } from './auth-peer.ts'
import { rawBytes } from './raw-request.ts'
import { bearer, type Stack, startGateway } from './start-gateway.ts'

const app = 'https://app.example'
const csrf = 'csrf-token-of-this-session'
const key = `spk_live_${'k'.repeat(16)}`
const unsigned = `sps_live_${'s'.repeat(40)}`
const secret = unsigned + apiKeyChecksum(unsigned)
const credentials: Record<string, Record<string, string>> = { nobody: {} }

let straight: Stack
let throughApollo: Stack
let seenByPlugin = 0

beforeAll(async () => {
  const env = { CORS_ORIGINS: app }
  straight = await startGateway({ env })
  throughApollo = await startGateway({ env, beside: straight, deps: { plugins: [counting] } })
  const { auth } = straight
  auth.apiKeys.set(`${key} ${secret}`, { kind: 'api-key', key_id: 'key_1', sub: 'usr_1' })
  const cookie = `__Host-access=${await auth.token({ claims: { csrf: csrfClaim(csrf) } })}`
  Object.assign(credentials, {
    user: bearer(await auth.token()),
    admin: bearer(await auth.token({ claims: { roles: ['admin'] } })),
    expired: bearer(await auth.token({ claims: { iat: 1_000_000, exp: 1_000_300 } })),
    broken: bearer('not.a.token'),
    key: { 'x-api-key': key, 'x-api-secret': secret },
    wrongKey: { 'x-api-key': key, 'x-api-secret': `${secret}x` },
    two: { ...bearer(await auth.token()), 'x-api-key': key, 'x-api-secret': secret },
    cookie: { cookie, origin: app },
    cookieWithCsrf: { cookie, origin: app, 'x-csrf-token': csrf },
    foreignCookie: { cookie, origin: 'https://evil.example' },
  })
})
afterAll(async () => {
  expect(seenByPlugin).toBeGreaterThan(50)
  await throughApollo[Symbol.asyncDispose]()
  await straight[Symbol.asyncDispose]()
})
beforeEach(() => {
  Object.assign(straight.auth.switches, { isDown: false })
  straight.auth.setCookies([])
})

const counting: ApolloServerPlugin<ApolloContext> = {
  requestDidStart: async () => {
    seenByPlugin += 1
  },
}

const operations: Readonly<Record<string, unknown>> = {
  'a public field': { query: '{ hello }' },
  'a protected field': { query: '{ me { sub kind } }' },
  'both, with aliases and fragments': {
    query: '{ a: hello ...F b: me { __typename sub } } fragment F on Query { hello me { kind } }',
  },
  'a field for admins': { query: '{ onlyAdmins }' },
  'a field that asks for the live state': { query: '{ adminNow }' },
  'a mutation': { query: 'mutation { rename(name: "Ada") }' },
  'two mutations in order': { query: 'mutation { a: rename(name: "1") b: rename(name: "2") }' },
  'a mutation for everybody': { query: 'mutation { login(password: "x") }' },
  variables: { query: 'mutation ($n: String!) { rename(name: $n) }', variables: { n: 'Grace ✓' } },
  'a variable of another type': {
    query: 'mutation ($n: String!) { rename(name: $n) }',
    variables: { n: 5 },
  },
  'a variable that is missing': { query: 'mutation ($n: String!) { rename(name: $n) }' },
  'a variable that nobody asked for': { query: '{ hello }', variables: { n: 1 } },
  'directives with variables': {
    query: 'query ($no: Boolean!) { hello @skip(if: $no) me @include(if: $no) { sub } }',
    variables: { no: false },
  },
  'one operation of several': {
    query: 'query A { hello } query B { me { sub } }',
    operationName: 'B',
  },
  'no operation of several': { query: 'query A { hello } query B { hello }' },
  'an operation that is not there': { query: 'query A { hello }', operationName: 'C' },
  'what is not GraphQL': { query: '{ hello ' },
  'a field that is not there': { query: '{ nothing }' },
  'a document without an operation': { query: 'fragment F on Query { hello }' },
  introspection: { query: '{ __schema { queryType { name } } __type(name: "Me") { name } }' },
  'a type name alone': { query: '{ __typename }' },
  'names of prototypes': { query: '{ __proto__: hello constructor: hello toString: hello }' },
  'too deep': { query: `{ ${'me { '.repeat(40)} sub ${'}'.repeat(40)} }` },
  'too many aliases': {
    query: `{ ${Array.from({ length: 500 }, (_, n) => `a${n}: hello`).join(' ')} }`,
  },
  extensions: {
    query: '{ hello }',
    extensions: { persistedQuery: { version: 1, sha256Hash: 'x' } },
  },
  'an empty query': { query: '' },
  'a query that is a number': { query: 5 },
  'a batch': [{ query: '{ hello }' }, { query: '{ hello }' }],
  'nothing at all': {},
}

const whoever = [
  'nobody',
  'user',
  'admin',
  'expired',
  'broken',
  'key',
  'wrongKey',
  'two',
  'cookie',
  'cookieWithCsrf',
  'foreignCookie',
] as const

test.each(whoever)('every kind of operation, by: %s', async (who) => {
  for (const [name, operation] of Object.entries(operations)) {
    await sameAnswer(JSON.stringify(operation), { headers: credentials[who], name })
  }
})

test.each([
  ['application/json'],
  ['application/graphql-response+json'],
  ['text/html'],
  ['application/xml'],
  ['*/*;q=0.1, application/json;q=0'],
])('anyone who accepts %s', async (accept) => {
  for (const name of ['a public field', 'a protected field', 'what is not GraphQL']) {
    await sameAnswer(JSON.stringify(operations[name]), { headers: { accept }, name })
  }
})

test.each<[string, string | Buffer, Record<string, string>]>([
  ['another content type', '{"query":"{ hello }"}', { 'content-type': 'text/plain' }],
  ['a form', 'query={hello}', { 'content-type': 'application/x-www-form-urlencoded' }],
  [
    'another charset',
    '{"query":"{ hello }"}',
    { 'content-type': 'application/json; charset=latin1' },
  ],
  ['compressed', gzipSync('{"query":"{ hello }"}'), { 'content-encoding': 'gzip' }],
  ['broken JSON', '{"query":', {}],
  ['a key twice', '{"query":"{ hello }","query":"{ me { sub } }"}', {}],
  ['a byte order mark', '\ufeff{"query":"{ hello }"}', {}],
  ['two megabytes', `{"query":"{ hello }","variables":{"x":"${'x'.repeat(2_000_000)}"}}`, {}],
  ['a name of our own', '{"query":"{ hello }"}', { 'sallyport-identity': 'forged' }],
])('a body that is %s', async (name, body, headers) => {
  await sameAnswer(body, { headers, name })
})

test('GET: queries, no mutations', async () => {
  for (const query of ['{ hello }', '{ me { sub } }', 'mutation { rename(name: "x") }', '{', '']) {
    for (const who of ['nobody', 'user', 'cookie'] as const) {
      const search = `?query=${encodeURIComponent(query)}`
      const headers = { ...credentials[who], 'apollo-require-preflight': 'x' }
      await sameAnswer(null, { headers, name: search, search })
    }
  }
})

test('a subgraph that is unavailable, and cookies of auth', async () => {
  straight.auth.setCookies(['__Host-access=a; Path=/; Secure; HttpOnly; SameSite=Lax'])
  await sameAnswer('{"query":"mutation { login(password: \\"x\\") }"}', { name: 'login' })
  straight.auth.switches.isDown = true
  for (const name of ['a public field', 'both, with aliases and fragments', 'a mutation']) {
    const operation = JSON.stringify(operations[name])
    await sameAnswer(operation, { headers: credentials.user, name })
  }
})

interface Request {
  readonly name: string
  readonly headers?: Record<string, string> | undefined
  readonly search?: string
}

/** @param body Null: a GET. */
async function sameAnswer(body: string | Buffer | null, request: Request): Promise<void> {
  const one = await answerOf(straight, body, request)
  const other = await answerOf(throughApollo, body, request)
  expect(other, request.name).toEqual(one)
}

async function answerOf(
  stack: Stack,
  body: string | Buffer | null,
  { headers = {}, search = '' }: Request,
) {
  const { seen } = stack.auth
  seen.length = 0
  const answer = await rawAnswer(stack.endpoint + search, body, headers)
  const calls = seen.filter(({ path }) => path === '/graphql').map((call) => call.body)
  return { ...answer, calls }
}

// Bare sockets: fetch would sort and merge headers.
async function rawAnswer(
  url: string,
  body: string | Buffer | null,
  headers: Record<string, string>,
) {
  const { host, pathname, search } = new URL(url)
  const bytes = Buffer.from(body ?? '')
  const fields = {
    host,
    connection: 'close',
    ...(body === null
      ? {}
      : { 'content-type': 'application/json', 'content-length': bytes.length }),
    ...headers,
  }
  const head = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`)
  const line = `${body === null ? 'GET' : 'POST'} ${pathname}${search} HTTP/1.1\r\n`
  const answer = await rawBytes(
    url,
    Buffer.concat([Buffer.from(`${line}${head.join('')}\r\n`), bytes]),
  )
  return {
    // What names the one request is the same only in kind.
    answer: answer
      .replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '<id>')
      .replace(/\r\ndate: .*/i, ''),
  }
}
