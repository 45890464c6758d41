// The auth subgraph from the side: what somebody sees who reaches it without the gateway.
import { createIdentitySigner } from '@sallyport/claims/sign'
import { decodeJwt } from 'jose'
import pino from 'pino'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Stack, startStack } from '../harness.ts'
import { type Person, registerPerson } from '../people.ts'
import { administrationOf } from '../schema-fields.ts'

let stack: Stack
let person: Person
const warnings: string[] = []
let sign: (audience: string, payload: Parameters<Signer['sign']>[1]) => Promise<string>
type Signer = Awaited<ReturnType<typeof createIdentitySigner>>

beforeAll(async () => {
  const log = pino({ level: 'warn' }, { write: (line: string) => void warnings.push(line) })
  stack = await startStack({ log })
  person = await registerPerson(stack)
  const signer = await createIdentitySigner({
    keys: JSON.parse(stack.env.IDENTITY_KEYS ?? ''),
    issuer: stack.env.PUBLIC_URL ?? '',
  })
  sign = (audience, payload) => signer.sign(audience, payload)
})
afterAll(async () => {
  await stack?.stop()
})

async function call(
  path: string,
  token: string | null,
  body: object = { query: '{ viewer { kind } }' },
) {
  const response = await fetch(`${stack.auths[0]?.url}${path}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(token === null ? {} : { 'sallyport-identity': token }),
    },
    body: JSON.stringify(body),
  })
  return { status: response.status, body: (await response.json()) as Record<string, never> }
}

test('why a token of other settings is refused is on the log, once and without the token', async () => {
  const keys = JSON.parse(stack.env.IDENTITY_KEYS ?? '')
  const signer = await createIdentitySigner({ keys, issuer: 'https://other.example' })
  const token = await signer.sign('auth', { kind: 'gateway' })
  for (const sent of [null, token, token, token]) {
    expect((await call('/internal/credentials', sent)).status).toBe(401)
  }
  const lines = warnings.filter((line) => line.includes('an identity token is refused'))
  expect(lines).toHaveLength(1)
  expect(lines[0]).toMatch(/iss[\s\S]*PUBLIC_URL[\s\S]*IDENTITY_JWKS_URL/)
  expect(lines[0]).not.toContain(token.split('.')[1])
})

test('without a token, with a client access token or with that of another subgraph: 401', async () => {
  const forReviews = await sign('reviews', { kind: 'user', sub: person.id })
  for (const token of [null, person.accessToken, forReviews, 'x']) {
    for (const path of ['/graphql', '/internal/credentials']) {
      expect((await call(path, token)).status).toBe(401)
    }
  }
})

describe('administration is not for apps, whatever they were granted', () => {
  const fields = administrationOf('schema/auth.graphql')
  let admin: Person
  beforeAll(async () => {
    admin = await registerPerson(stack)
    await stack.db('user_roles').insert({ user_id: admin.id, role_name: 'admin' })
  })
  const app = () =>
    sign('auth', {
      kind: 'user',
      sub: admin.id,
      sid: admin.sessionId,
      client_id: 'cli_1',
      roles: ['admin'],
      scope: 'graph graph:write',
      auth_time: Math.floor(Date.now() / 1000),
    })

  test('all of it is looked at', () => {
    expect(fields.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['users', 'auditEvents', 'grantRole', 'createUser', 'deleteUser']),
    )
    expect(fields.length).toBeGreaterThan(15)
  })

  test.each(fields)('$name', async ({ query, input }) => {
    const { body } = await call('/graphql', await app(), { query, variables: { input } })
    const [error] = (body as { errors?: { extensions: { code: string } }[] }).errors ?? []
    expect(['FORBIDDEN', 'UNAUTHENTICATED']).toContain(error?.extensions.code)
  })
})

test('the internal API opens to gateways alone, not to the identity of a user or of nobody', async () => {
  const question = { type: 'check', sessions: [], apiKeys: [] }
  for (const claims of [
    { kind: 'anonymous' },
    { kind: 'user', sub: person.id, roles: ['admin'] },
  ] as const) {
    const token = await sign('auth', claims as never)
    expect((await call('/internal/credentials', token, question)).status).toBe(403)
  }
  const gateway = await sign('auth', { kind: 'gateway' })
  expect((await call('/internal/credentials', gateway, question)).status).toBe(200)
  expect((await call('/internal/credentials', gateway, { type: 'other' })).status).toBe(400)
})

test('what is read by GET answers HEAD, except the feed, which has no end', async () => {
  const head = (path: string) => fetch(`${stack.auths[0]?.url}${path}`, { method: 'HEAD' })
  for (const path of ['/health/live', '/health/ready', '/.well-known/jwks.json', '/metrics']) {
    const response = await head(path)
    expect([response.status, await response.text()]).toEqual([200, ''])
  }
  expect((await head('/internal/revocations')).status).toBe(404)
})

test('a byte order mark before a body is passed over', async () => {
  const response = await fetch(`${stack.auths[0]?.url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'sallyport-identity': await sign('auth', { kind: 'anonymous' }),
    },
    body: '\uFEFF{"query":"{ __typename }"}',
  })
  expect(await response.json()).toEqual({ data: { __typename: 'Query' } })
})

test('the policy live sees the principal that the access token describes', async () => {
  const token = decodeJwt(person.accessToken)
  const { sub, sid, ver } = token
  const question = { type: 'live', principal: { kind: 'user', sub, sid, ver } }
  const gateway = await sign('auth', { kind: 'gateway' })
  const { principal } = (await call('/internal/credentials', gateway, question)).body
  const { iss: _iss, aud: _aud, jti: _jti, iat: _iat, exp: _exp, ...claims } = token
  // An empty scope is left out of an identity token.
  if (claims.scope === '') delete claims.scope
  expect(principal).toEqual({ kind: 'user', ...claims })
})

test('the identity of a gateway is nobody in the graph', async () => {
  const answer = await call('/graphql', await sign('auth', { kind: 'gateway' }))
  expect(answer.body).toEqual({ data: { viewer: null } })
})

test('a reference gives the public fields to anybody and the private ones to oneself alone', async () => {
  const query = `query ($representations: [_Any!]!) { _entities(representations: $representations) { ... on User { id displayName email } } }`
  const variables = { representations: [{ __typename: 'User', id: person.id }] }
  const read = async (sub: string) =>
    (await call('/graphql', await sign('auth', { kind: 'user', sub }), { query, variables }))
      .body as {
      data?: { _entities: { email: string | null }[] }
      errors?: { extensions: { code: string } }[]
    }
  const stranger = await read('usr_somebody_else')
  expect(stranger.data?._entities[0]?.email).toBeNull()
  expect(stranger.errors?.[0]?.extensions.code).toBe('FORBIDDEN')
  expect((await read(person.id)).data?._entities[0]?.email).toBe(person.email)
})

test('a privileged write reads the database: an identity whose session has ended is refused', async () => {
  const ended = await registerPerson(stack)
  await stack.db('sessions').where('id', ended.sessionId).update({ status: 'REVOKED' })
  const token = await sign('auth', {
    kind: 'user',
    sub: ended.id,
    sid: ended.sessionId,
    roles: ['user'],
  })
  const answer = await call('/graphql', token, {
    query: 'mutation { createApiKey(input: { name: "x" }) { key } }',
  })
  expect(JSON.stringify(answer.body)).toContain('SESSION_REVOKED')
  expect(await stack.db('api_keys').where('user_id', ended.id)).toHaveLength(0)
})

test('the keys that verify access tokens are public, and only their public parts', async () => {
  const response = await fetch(`${stack.auths[0]?.url}/.well-known/jwks.json`)
  const { keys } = (await response.json()) as { keys: Record<string, string>[] }
  expect(keys.length).toBeGreaterThan(0)
  for (const key of keys) {
    expect(key).toMatchObject({ kty: 'EC', crv: 'P-256', alg: 'ES256', use: 'sig' })
    expect(key).not.toHaveProperty('d')
  }
})

test('stored private keys and digests are worth nothing on their own', async () => {
  const [key] = await stack.db('signing_keys')
  expect(JSON.stringify(key)).not.toContain('"d"')
  const session = await stack.db('sessions').where('id', person.sessionId).first()
  for (const secret of person.refreshToken.slice(4).split('.').slice(1)) {
    expect(JSON.stringify(session)).not.toContain(secret)
  }
})
