// Which credential counts, and when a bad one is refused.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { apiKeyChecksum } from '../../platform/api-key-format.ts'
import { rawRequest } from './raw-request.ts'
import { bearer, refusalOf, type Stack, startGateway } from './start-gateway.ts'

let stack: Stack
beforeAll(async () => {
  stack = await startGateway()
})
afterAll(() => stack[Symbol.asyncDispose]())
beforeEach(() => {
  stack.auth.seen.length = 0
})

const key = 'spk_test_abcdefghijklmnop'
const base = `sps_test_${'A1b2C3d4E5'.repeat(4)}`
const secret = base + apiKeyChecksum(base)
const apiKeyHeaders = { 'x-api-key': key, 'x-api-secret': secret }

describe('who is asking', () => {
  test('anybody reaches a public field, and auth is told so in a signed token', async () => {
    const reply = await stack.hello()
    expect(reply).toMatchObject({ status: 200, body: { data: { hello: 'hello' } } })
    expect(stack.auth.calls('/graphql')[0]?.headers['sallyport-identity']).toBeTruthy()
  })

  test('a protected field without a credential is 401, with no subgraph call', async () => {
    const reply = await stack.send('{ me { sub } }')
    expect([reply.status, refusalOf(reply)]).toEqual([401, 'UNAUTHENTICATED CREDENTIALS_MISSING'])
    expect(reply.headers.get('www-authenticate')).toContain('Bearer')
    expect(reply.body).not.toHaveProperty('data')
    expect(stack.subgraphCalls()).toBe(0)
  })

  test('a good access token reaches a protected field as its user', async () => {
    const reply = await stack.send('{ me { sub kind } }', {
      headers: bearer(await stack.auth.token()),
    })
    expect(reply.body).toEqual({ data: { me: { sub: 'usr_1', kind: 'user' } } })
  })

  test('a bad credential is refused on a public field too', async () => {
    const reply = await stack.hello(bearer('nonsense'))
    expect([reply.status, refusalOf(reply)]).toEqual([401, 'UNAUTHENTICATED TOKEN_INVALID'])
    expect(stack.subgraphCalls()).toBe(0)
  })

  test('what was checked is counted, by verdict, for the operator alone', async () => {
    const counts = async () => {
      const response = await fetch(`${stack.gateway.adminUrl}/health/ready`)
      return ((await response.json()) as { checks: Record<string, number> }).checks
    }
    const before = await counts()
    await stack.hello()
    await stack.hello(bearer(await stack.auth.token()))
    for (let index = 0; index < 3; index += 1) await stack.hello(bearer('nonsense'))
    const after = await counts()
    const more = (verdict: string) => (after[verdict] ?? 0) - (before[verdict] ?? 0)
    expect([more('accepted'), more('TOKEN_INVALID')]).toEqual([1, 3])
  })

  test('login runs as nobody whatever credential is sent', async () => {
    for (const headers of [bearer('nonsense'), bearer(await stack.auth.token())]) {
      const reply = await stack.send('mutation { login }', { headers })
      expect(reply.body).toEqual({ data: { login: 'anonymous' } })
    }
  })

  test('logout keeps a good credential and drops a bad one', async () => {
    const good = await stack.send('mutation { logout }', {
      headers: bearer(await stack.auth.token()),
    })
    const bad = await stack.send('mutation { logout }', { headers: bearer('nonsense') })
    expect([good.body, bad.body]).toEqual([
      { data: { logout: 'user' } },
      { data: { logout: 'anonymous' } },
    ])
  })
})

describe('two credentials at once', () => {
  test('a token beside an API key is 400, never "pick one"', async () => {
    const reply = await stack.hello({ ...bearer(await stack.auth.token()), ...apiKeyHeaders })
    expect([reply.status, refusalOf(reply)]).toEqual([400, 'BAD_REQUEST AMBIGUOUS_CREDENTIALS'])
  })

  test('the same header twice is 400, though Node would keep the first', async () => {
    const token = await stack.auth.token()
    for (const [name, value] of [
      ['Authorization', `Bearer ${token}`],
      ['X-API-Key', key],
    ]) {
      const reply = await rawRequest(stack.endpoint, [`${name}: ${value}`, `${name}: ${value}`])
      expect(reply).toMatch(/^HTTP\/1\.1 400/)
      expect(reply).toContain('AMBIGUOUS_CREDENTIALS')
    }
  })

  test('a header whose name is a property of every object is not a credential', async () => {
    for (const name of ['__proto__', 'constructor', 'toString']) {
      expect(await rawRequest(stack.endpoint, [`${name}: x`])).toMatch(/^HTTP\/1\.1 200/)
    }
  })

  test('cookies beside a header credential are ignored', async () => {
    const headers = { ...bearer(await stack.auth.token()), cookie: '__Host-access=nonsense' }
    expect((await stack.hello(headers)).status).toBe(200)
  })
})

describe('API keys', () => {
  const principal = { kind: 'api-key', sub: 'usr_1', key_id: 'key_1', roles: ['user'], scope: '' }
  beforeEach(() => {
    stack.auth.apiKeys.set(`${key} ${secret}`, {
      ...principal,
      expires_at: null,
      allowed_ips: null,
    })
  })

  test('a key stands for its owner, and auth is asked once for many requests', async () => {
    const send = () => stack.send('{ me { sub kind } }', { headers: apiKeyHeaders })
    const replies = await Promise.all(Array.from({ length: 10 }, send))
    for (const { body } of replies)
      expect(body).toEqual({ data: { me: { sub: 'usr_1', kind: 'api-key' } } })
    expect(stack.auth.calls('/internal/credentials')).toHaveLength(1)
  })

  test.each([
    ['another checksum', key, `${secret.slice(0, -1)}${secret.endsWith('a') ? 'b' : 'a'}`],
    ['another environment', key.replace('test', 'live'), secret],
    ['no secret', key, ''],
    ['no key', '', secret],
    ['a short key', key.slice(0, -1), secret],
  ])('%s is refused without asking auth', async (_, wrongKey, wrongSecret) => {
    const reply = await stack.hello({ 'x-api-key': wrongKey, 'x-api-secret': wrongSecret })
    expect([reply.status, refusalOf(reply)]).toEqual([401, 'UNAUTHENTICATED API_KEY_INVALID'])
    expect(stack.auth.calls('/internal/credentials')).toHaveLength(0)
  })

  test('an unknown pair is refused, and is known at once when it becomes good', async () => {
    const otherKey = 'spk_test_ponmlkjihgfedcba'
    const headers = { 'x-api-key': otherKey, 'x-api-secret': secret }
    expect(refusalOf(await stack.hello(headers))).toBe('UNAUTHENTICATED API_KEY_INVALID')
    stack.auth.apiKeys.set(`${otherKey} ${secret}`, { ...principal, key_id: 'key_2' })
    expect((await stack.hello(headers)).status).toBe(200)
  })

  test('a flood of one wrong pair costs auth few questions', async () => {
    const headers = { 'x-api-key': 'spk_test_0000000000000000', 'x-api-secret': secret }
    for (let count = 0; count < 30; count++) await stack.hello(headers)
    expect(stack.auth.calls('/internal/credentials').length).toBeLessThan(15)
  })

  test('an operation that is refused asks auth nothing, nor does one that runs as nobody', async () => {
    const headers = { 'x-api-key': 'spk_test_1111111111111111', 'x-api-secret': secret }
    for (const [query, refusal] of [
      ['{ nonsense', 'GRAPHQL_PARSE_FAILED'],
      ['{ nonsense }', 'GRAPHQL_VALIDATION_FAILED'],
      ['mutation { login logout }', 'BAD_REQUEST'],
    ] as const) {
      expect(refusalOf(await stack.send(query, { headers }))).toBe(refusal)
    }
    expect((await stack.send('mutation { login }', { headers })).status).toBe(200)
    expect(stack.auth.calls('/internal/credentials')).toHaveLength(0)
    expect(refusalOf(await stack.hello(headers))).toBe('UNAUTHENTICATED API_KEY_INVALID')
  })

  test('an address list is checked again on a cached answer', async () => {
    const proxied = await startGateway({ env: { TRUSTED_PROXIES: '127.0.0.0/8' } })
    try {
      proxied.auth.apiKeys.set(`${key} ${secret}`, { ...principal, allowed_ips: ['192.0.2.0/24'] })
      const from = (address: string) =>
        proxied.hello({ ...apiKeyHeaders, 'x-forwarded-for': address })
      expect((await from('192.0.2.7')).status).toBe(200)
      expect(refusalOf(await from('198.51.100.1'))).toBe('UNAUTHENTICATED API_KEY_INVALID')
      expect(proxied.auth.calls('/internal/credentials')).toHaveLength(1)
    } finally {
      await proxied[Symbol.asyncDispose]()
    }
  })

  test('a credential in the URL is 400 and is not logged', async () => {
    for (const search of [
      `apiKey=x`,
      `access_token=x`,
      `variables={"a":"${secret}"}`,
      `q=srt_${'a'.repeat(22)}.${'b'.repeat(43)}.${'c'.repeat(43)}`,
      `q=Bearer%20ort_${'-'.repeat(22)}%2E${'b'.repeat(43)}`,
      `variables={"a":"scs_${'_'.repeat(43)}"}`,
      `variables=%7B%22a%22%3A%22dvt_${'a'.repeat(43)}%22%7D`,
      `q=eyJhbGciOi.eyJzdWIi`,
      `variables={"a":"eyJhbGciOi.eyJzdWIi"}`,
      `variables=%7B%22a%22%3A%22eyJhbGciOi%2EeyJzdWIi%22%7D`,
    ]) {
      const response = await fetch(`${stack.endpoint}?query={hello}&${search}`, {
        headers: { 'apollo-require-preflight': '1' },
      })
      expect(response.status).toBe(400)
      expect(await response.text()).toContain('CREDENTIAL_IN_URL')
    }
    expect(stack.logs.join('')).not.toContain(secret)
  })

  test('what only looks like a part of one is none: names of fields, and random states', async () => {
    for (const search of [
      'query={sort_by:hello,short_name:hello,report_id:hello,ort_name:hello,import_of:hello}',
      'query={hello}&state=K3yJort_qH0xZz2bWmJYt5vQnLr8sUeA1cDfGhIkOpT',
      `query={hello}&state=${'a'.repeat(20)}scs_${'b'.repeat(43)}`,
      `query={hello}&nonce=xsrt_${'a'.repeat(22)}.b`,
    ]) {
      const response = await fetch(`${stack.endpoint}?${search}`, {
        headers: { 'apollo-require-preflight': '1' },
      })
      expect([response.status, search]).toEqual([200, search])
    }
  })
})

describe('live', () => {
  test('a live rule sees what auth says now, not what the token says', async () => {
    const headers = bearer(await stack.auth.token({ claims: { roles: ['admin'] } }))
    stack.auth.live.set('usr_1', {
      kind: 'user',
      sub: 'usr_1',
      sid: 'ses_1',
      ver: 2,
      roles: ['user'],
    })
    const demoted = await stack.send('{ adminNow }', { headers })
    expect([demoted.status, refusalOf(demoted)]).toEqual([403, 'FORBIDDEN'])

    stack.auth.live.set('usr_1', {
      kind: 'user',
      sub: 'usr_1',
      sid: 'ses_1',
      ver: 2,
      roles: ['admin', 'user'],
    })
    const promoted = await stack.send('{ adminNow }', { headers: bearer(await stack.auth.token()) })
    expect(promoted.body).toEqual({ data: { adminNow: 'admin,user' } })
  })

  test('a live rule while auth refuses the session is 401', async () => {
    stack.auth.live.set('usr_1', { refused: 'SESSION_REVOKED' })
    const reply = await stack.send('{ adminNow }', { headers: bearer(await stack.auth.token()) })
    expect([reply.status, refusalOf(reply)]).toEqual([401, 'UNAUTHENTICATED SESSION_REVOKED'])
  })
})

describe('what a client says under our names', () => {
  test('internal headers in any spelling never reach a subgraph, extensions neither', async () => {
    await rawRequest(
      stack.endpoint,
      [
        'Sallyport-Identity: forged',
        'sallyport_identity: forged',
        'SALLYPORT-IDENTITY: forged',
        'Sallyport-Client-Address: 192.0.2.1',
        'Sallyport-Client-Refresh: srt_forged',
      ],
      JSON.stringify({ query: '{ hello }', extensions: { jwt: 'forged' } }),
    )
    const [call] = stack.auth.calls('/graphql')
    expect(JSON.stringify([call?.headers, call?.body])).not.toMatch(/forged|192\.0\.2\.1/)
    expect(call?.headers['sallyport-client-address']).toBe('127.0.0.1')
  })

  test('a clock that was ahead leaves no identity token in use that subgraphs refuse', async () => {
    let ahead = 0
    const skewed = await startGateway({ deps: { now: () => Date.now() + ahead } })
    try {
      const headers = bearer(await skewed.auth.token())
      ahead = 300_000
      expect((await skewed.hello(headers)).body.data).toEqual({ hello: null })
      ahead = 0
      expect((await skewed.hello(headers)).body).toEqual({ data: { hello: 'hello' } })
    } finally {
      await skewed[Symbol.asyncDispose]()
    }
  })

  test('an identity token is signed once per credential and reused', async () => {
    const headers = bearer(await stack.auth.token())
    for (let count = 0; count < 3; count++) await stack.hello(headers)
    const tokens = stack.auth.calls('/graphql').map((call) => call.headers['sallyport-identity'])
    expect(new Set(tokens).size).toBe(1)
  })
})
