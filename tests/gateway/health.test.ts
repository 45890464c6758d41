// When a gateway says it is ready, what it tells whom, and how it stops.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readGatewayConfig } from '../../gateway/config.ts'
import { SettingsError } from '../../platform/settings.ts'
import { bearer, type Stack, startGateway } from './start-gateway.ts'

async function get(url: string) {
  const response = await fetch(url)
  return { status: response.status, body: (await response.json()) as Record<string, unknown> }
}

describe('a gateway that runs', () => {
  let stack: Stack
  beforeAll(async () => {
    stack = await startGateway()
  })
  afterAll(() => stack[Symbol.asyncDispose]())

  test('is live and ready, and says no more in public', async () => {
    expect(await get(`${stack.gateway.url}/health/live`)).toEqual({
      status: 200,
      body: { status: 'live' },
    })
    expect(await get(`${stack.gateway.url}/health/ready`)).toEqual({
      status: 200,
      body: { status: 'ready' },
    })
  })

  test('tells the details on the admin listener alone, which has no graph', async () => {
    const { body } = await get(`${stack.gateway.adminUrl}/health/ready`)
    expect(body).toMatchObject({ keys: true, revocations: { hasSnapshot: true } })
    expect((await fetch(`${stack.gateway.adminUrl}/graphql`)).status).toBe(404)
    expect((await fetch(`${stack.gateway.url}/metrics`)).status).toBe(404)
  })

  test('measures each step of the request path under its name, on the admin listener alone', async () => {
    const read = async () => {
      const response = await fetch(`${stack.gateway.adminUrl}/metrics`)
      expect(response.headers.get('content-type')).toContain('text/plain; version=0.0.4')
      return await response.text()
    }
    const countOf = (text: string, step: string) =>
      Number(
        new RegExp(`\nsallyport_step_duration_seconds_count{step="${step}"} (\\d+)`).exec(
          text,
        )?.[1],
      )
    const before = await read()
    await stack.hello()
    // Refused by the rules: what comes after them did not happen.
    expect((await stack.send('{ me { sub } }')).status).toBe(401)
    const after = await read()
    const more = (step: string) => countOf(after, step) - countOf(before, step)
    expect(['load', 'principal', 'rules', 'execute', 'answer'].map(more)).toEqual([2, 2, 1, 1, 1])
    expect(after).toContain('# TYPE sallyport_step_duration_seconds histogram')
    expect(after).toContain(
      `sallyport_step_duration_seconds_bucket{le="+Inf",step="execute"} ${countOf(after, 'execute')}\n`,
    )
  })

  test('publishes its own keys and those of auth, public parts alone', async () => {
    for (const name of ['jwks.json', 'identity-jwks.json']) {
      const { status, body } = await get(`${stack.gateway.url}/.well-known/${name}`)
      expect(status).toBe(200)
      expect(body.keys).toHaveLength(1)
      expect(JSON.stringify(body)).not.toContain('"d"')
    }
  })
})

test('a gateway without a snapshot is not ready, publishes its keys, and takes no credential', async () => {
  await using stack = await startGateway({
    env: { AUTH_URL: 'http://127.0.0.1:9/graphql' },
    waitUntilReady: false,
  })
  const { url } = stack.gateway
  expect(await get(`${url}/health/live`)).toMatchObject({ status: 200 })
  expect(await get(`${url}/health/ready`)).toEqual({ status: 503, body: { status: 'not ready' } })
  expect((await fetch(`${url}/.well-known/identity-jwks.json`)).status).toBe(200)
  expect((await stack.hello(bearer(await stack.auth.token()))).status).toBe(503)
})

test('a gateway that was ready stays ready while auth is unavailable', async () => {
  await using stack = await startGateway()
  stack.auth.switches.isDown = true
  const feeds = () => stack.auth.calls('/internal/revocations').length
  const before = feeds()
  stack.auth.cutFeeds()
  // It has tried, and knows that auth is unavailable.
  await expect.poll(feeds, { timeout: 30_000 }).toBeGreaterThan(before + 1)
  expect((await get(`${stack.gateway.url}/health/ready`)).status).toBe(200)
})

test('the admin listener does not share the address of the public one', async () => {
  await using stack = await startGateway({ env: { HOST: 'localhost' }, waitUntilReady: false })
  expect(new URL(stack.gateway.url).hostname).toBe('localhost')
  expect(new URL(stack.gateway.adminUrl).hostname).toBe('127.0.0.1')
})

test('a stop lets requests in flight finish, and drops none', async () => {
  await using stack = await startGateway()
  stack.auth.switches.delayMs = 1_000
  const inFlight = Array.from({ length: 20 }, () => stack.hello())
  await expect.poll(stack.subgraphCalls, { timeout: 30_000 }).toBe(20)
  const stopping = stack.gateway.stop()
  const replies = await Promise.all(inFlight)
  expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([200]))
  await stopping
  await expect(stack.hello()).rejects.toThrow()
})

test('a gateway whose identity auth refuses says which settings to compare', async () => {
  const other = await startGateway({
    env: { PUBLIC_URL: 'https://other.example' },
    waitUntilReady: false,
  })
  try {
    // As when auth starts after its gateways.
    other.auth.switches.isDown = true
    await expect.poll(() => other.logs.join('')).toContain('other side closed')
    other.auth.switches.isDown = false
    const before = other.logs.length
    await expect
      .poll(() => other.logs.slice(before).join(''))
      .toMatch(/refuses the identity token[^"]*PUBLIC_URL[^"]*IDENTITY_JWKS_URL[^"]*IDENTITY_KEYS/)
    const sent = other.auth.calls('/internal/revocations')[0]?.headers['sallyport-identity']
    expect(other.logs.join('')).not.toContain(String(sent))
  } finally {
    await other[Symbol.asyncDispose]()
  }
})

describe('settings', () => {
  test('defaults are enough in development', () => {
    const config = readGatewayConfig({})
    expect(config).toMatchObject({
      port: 4000,
      adminPort: 9090,
      adminHost: '127.0.0.1',
      host: '127.0.0.1',
      publicUrl: 'http://localhost:4000',
    })
  })

  test('every problem is reported at once', () => {
    const read = () =>
      readGatewayConfig({
        PORT: 'x',
        HOST: '0.0.0.0',
        ADMIN_HOST: '0.0.0.0',
        PUBLIC_URL: 'ftp://x',
        CORS_ORIGINS: '*',
        TRUSTED_PROXIES: '10.0.0.0/99',
        INTROSPECTION: 'yes',
      })
    expect(read).toThrow(SettingsError)
    for (const name of [
      'PORT',
      'HOST',
      'ADMIN_HOST',
      'PUBLIC_URL',
      'CORS_ORIGINS',
      'TRUSTED_PROXIES',
      'INTROSPECTION',
    ]) {
      expect(read).toThrow(name)
    }
  })

  test('production needs a public address and strong identity keys', () => {
    expect(() => readGatewayConfig({ NODE_ENV: 'production' })).toThrow(
      /PUBLIC_URL[\s\S]*IDENTITY_KEYS/,
    )
    const weak = JSON.stringify({ keys: [{ kty: 'oct', k: 'c2VjcmV0', kid: '1' }] })
    expect(() => readGatewayConfig({ IDENTITY_KEYS: weak })).toThrow('IDENTITY_KEYS')
    expect(() => readGatewayConfig({ NODE_ENV: 'production', HOST: '0.0.0.0' })).not.toThrow('HOST')
  })

  test('secrets do not print themselves', () => {
    const jwk = { kty: 'EC', crv: 'P-256', kid: '1', x: 'x', y: 'y', d: 'private-part' }
    const config = readGatewayConfig({ IDENTITY_KEYS: JSON.stringify({ keys: [jwk] }) })
    expect(JSON.stringify(config.identityKeys)).not.toContain('private-part')
    expect(String(config.identityKeys)).not.toContain('private-part')
  })
})

test('a gateway that starts while auth is unavailable becomes ready, serves what is public, and answers 503 to credentials', async () => {
  await using stack = await startGateway({
    env: { AUTH_URL: 'http://127.0.0.1:9/graphql' },
    limits: { readyWithoutAuthMs: 300 },
    yaml: { file: '' },
    waitUntilReady: false,
  })
  await expect.poll(async () => (await fetch(`${stack.gateway.url}/health/ready`)).status).toBe(200)
  await stack.gateway.ready()
  const anybody = await stack.send('{ __typename }')
  expect([anybody.status, anybody.body.data]).toEqual([200, { __typename: 'Query' }])
  const token = await stack.auth.token()
  const refused = await stack.send('{ __typename }', { headers: bearer(token) })
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, expect.any(String)])
  const key = { 'x-api-key': 'spk_test_0123456789abcdef', 'x-api-secret': 'x' }
  expect([401, 503]).toContain((await stack.send('{ __typename }', { headers: key })).status)
})
