// Traces from the client through gateway and auth to the database, as a collector receives them; and never a secret in them.
import { afterEach, describe, expect, test } from 'vitest'
import { type Stack, type StackOptions, startStack } from '../harness.ts'
import {
  LOGIN,
  newEmail,
  PASSWORD,
  REGISTER,
  refreshWith,
  registerPerson,
  VERIFY,
} from '../people.ts'
import { type ReceivedSpan, startCollector } from './collector.ts'

const TRACE = '0af7651916cd43dd8448eb211c80319c'
const CLIENT = 'b7ad6b7169203331'
const SAMPLED = { traceparent: `00-${TRACE}-${CLIENT}-01` }

let collector: Awaited<ReturnType<typeof startCollector>> | null = null
let stack: Stack | null = null
afterEach(async () => {
  await stack?.stop()
  await collector?.stop()
  stack = null
  collector = null
})

async function startTraced(settings: Record<string, string> = {}, options: StackOptions = {}) {
  collector = await startCollector()
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, ...settings, ...options.env }
  stack = await startStack({ ...options, env })
  return stack
}

/** Spans are sent in batches, the last one when a part stops. */
async function received(): Promise<readonly ReceivedSpan[]> {
  await stack?.stop()
  stack = null
  return collector?.spans() ?? []
}

describe('a trace', () => {
  test('leads from the client through gateway and subgraph to the database', async () => {
    const { client } = await startTraced({}, { reviews: true })
    const query = 'query Traced { viewer { kind } products(first: 1) { edges { cursor } } }'
    const person = await registerPerson(stack as Stack)
    await client.send(query, {}, { ...person.headers, ...SAMPLED })
    await client.send(
      'mutation { logout { revokedSessionIds } }',
      {},
      { ...person.headers, ...SAMPLED },
    )
    const spans = (await received()).filter(({ traceId }) => traceId === TRACE)
    const byId = new Map(spans.map((span) => [span.spanId, span]))
    const pathOf = (span: ReceivedSpan): string => {
      const parent = byId.get(span.parentSpanId ?? '')
      return parent === undefined ? span.name : `${pathOf(parent)} > ${span.name}`
    }
    const paths = new Set(spans.map(pathOf))
    for (const path of [
      'graphql > step execute > plan',
      'graphql > step execute > fetch reviews',
      'graphql > step execute > fetch auth > graphql > Mutation.logout',
    ]) {
      expect([...paths]).toContain(path)
    }
    expect(
      [...paths].filter((path) => /Mutation\.logout > (UPDATE|SELECT)/.test(path)),
    ).not.toEqual([])
    const [root] = spans.filter(({ parentSpanId }) => parentSpanId === CLIENT)
    expect(root).toMatchObject({
      service: 'sallyport-gateway',
      kind: 2,
      attributes: {
        'graphql.operation.type': 'query',
        'graphql.operation.name': 'Traced',
        'http.response.status_code': 200,
        'sallyport.kind': 'user',
      },
    })
    expect(new Set(spans.map(({ service }) => service))).toEqual(
      new Set(['sallyport-gateway', 'sallyport-auth']),
    )
    const statement = spans.find(({ name }) => name === 'UPDATE')
    expect(statement?.attributes).toMatchObject({ 'db.system.name': 'postgresql' })
    expect(statement?.attributes['db.query.text']).toMatch(/^update /)
  })

  test('begins at the gateway where the client has none, and a refusal says its code', async () => {
    const { client } = await startTraced()
    await client.send('{ viewer { kind } }', {}, { authorization: 'Bearer nonsense' })
    const spans = await received()
    const root = spans.find(({ attributes }) => attributes['sallyport.code'] === 'UNAUTHENTICATED')
    expect(root).toMatchObject({
      name: 'graphql',
      parentSpanId: undefined,
      status: 'UNAUTHENTICATED',
    })
    expect(spans.find(({ name }) => name === 'step principal')).toMatchObject({
      parentSpanId: root?.spanId,
      status: 'UNAUTHENTICATED',
    })
  })

  test('never has a secret, a value of a client, or a name of a person in it', async () => {
    const { client, mailbox } = await startTraced({}, { env: { SESSION_VERIFICATION: 'always' } })
    const email = newEmail()
    const begun = await client.send(REGISTER, { input: { email, password: PASSWORD } })
    const verificationId = begun.data.register.verification.id
    const code = await mailbox.takeCode(email)
    const verified = await client.send(VERIFY, { input: { verificationId, code } })
    const { accessToken, refreshToken } = verified.data.verifySession.tokens
    const headers = { authorization: `Bearer ${accessToken}` }
    const made = await client.send(
      'mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { key secret } }',
      { input: { name: 'canary-name' } },
      headers,
    )
    const { key, secret } = made.data.createApiKey
    const apiKey = { 'x-api-key': key, 'x-api-secret': secret }
    await client.send('{ viewer { user { email } } }', {}, apiKey)
    await client.send(LOGIN, { input: { email, password: PASSWORD } })
    await client.send(
      `mutation { login(input: { email: "${email}", password: "canary-literal" }) { __typename } }`,
    )
    await client.send(
      '{ viewer { user { email } } }',
      {},
      { cookie: '__Host-access=canary-cookie' },
    )
    const refreshed = await refreshWith(client, refreshToken)
    const spans = await received()
    expect(spans.length).toBeGreaterThan(50)
    const text = collector?.text() ?? ''
    const canaries = [
      ...[email, PASSWORD, code, verificationId, accessToken, refreshToken, secret, key],
      ...['canary-name', 'canary-literal', 'canary-cookie'],
      refreshed.data.refresh.tokens.refreshToken,
    ]
    for (const canary of canaries) {
      expect(canary.length).toBeGreaterThan(3)
      expect(text.includes(canary)).toBe(false)
    }
  })
})

describe('what is sampled', () => {
  test('a trace that the client left out stays out, and is passed on as left out', async () => {
    const { client } = await startTraced()
    await client.send('{ viewer { kind } }', {}, { traceparent: `00-${TRACE}-${CLIENT}-00` })
    expect((await received()).filter(({ traceId }) => traceId === TRACE)).toEqual([])
  })

  test('a ratio of 0 is none, whoever begins it', async () => {
    const settings = { OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '0' }
    const { client } = await startTraced(settings)
    await client.send('{ viewer { kind } }', {}, SAMPLED)
    expect(await received()).toEqual([])
  })
})

test('headers and names of the settings arrive at the collector', async () => {
  const { client } = await startTraced({
    OTEL_EXPORTER_OTLP_HEADERS: 'Authorization=Bearer%20of-the-collector',
    OTEL_SERVICE_NAME: 'shop',
  })
  await client.send('{ viewer { kind } }')
  expect(new Set((await received()).map(({ service }) => service))).toEqual(new Set(['shop']))
  expect(new Set(collector?.requests.map(({ path }) => path))).toEqual(new Set(['/v1/traces']))
  expect(collector?.requests[0]?.authorization).toBe('Bearer of-the-collector')
})

test('a collector that does not answer costs spans, and nothing else', async () => {
  const { client } = await startTraced()
  await collector?.stop()
  for (let turn = 0; turn < 5; turn += 1) {
    expect((await client.send('{ viewer { kind } }')).errors).toEqual([])
  }
  const before = performance.now()
  await stack?.stop()
  stack = null
  expect(performance.now() - before).toBeLessThan(20_000)
})
