// The line of a request says who asked for what, and what came of it: for every refusal, and for answers with errors.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bearer, type Stack, startGateway } from './start-gateway.ts'

let stack: Stack

beforeAll(async () => {
  stack = await startGateway()
})
afterAll(async () => {
  await stack?.[Symbol.asyncDispose]()
})

async function lineOf(query: string, init: RequestInit & { variables?: unknown } = {}) {
  stack.logs.length = 0
  await stack.send(query, init)
  return await lastLine()
}

async function lastLine(of: Stack = stack): Promise<Record<string, unknown>> {
  const found = () =>
    of.logs
      .map((line) => JSON.parse(line) as Record<string, unknown>)
      .find(({ msg }) => msg === 'request')
  await expect.poll(found).toBeDefined()
  return found() ?? {}
}

test('what was answered', async () => {
  expect(await lineOf('query Hello { hello }')).toMatchObject({
    part: 'gateway',
    operation: 'Hello',
    operationType: 'query',
    rootFields: ['hello'],
    kind: 'anonymous',
    status: 200,
    fetches: 1,
    ms: expect.any(Number),
  })
})

describe('what was refused', () => {
  test.each([
    [
      '{ me { sub } }',
      {},
      401,
      { code: 'UNAUTHENTICATED', reason: 'CREDENTIALS_MISSING', rootFields: ['me'] },
    ],
    [
      '{ hello }',
      bearer('nonsense'),
      401,
      { code: 'UNAUTHENTICATED', reason: 'TOKEN_INVALID', rootFields: ['hello'] },
    ],
    ['{', {}, 400, { code: 'GRAPHQL_PARSE_FAILED' }],
    [
      'query A { nothing }',
      {},
      400,
      { code: 'GRAPHQL_VALIDATION_FAILED', operation: 'A', rootFields: ['nothing'] },
    ],
    ['query A($n: Int!) { hello }', {}, 400, { code: 'GRAPHQL_VALIDATION_FAILED', operation: 'A' }],
    [`{ ${'a'.repeat(3000)} }`, {}, 400, { rootFields: ['a'.repeat(128)] }],
  ])('%s', async (query, headers, status, fields) => {
    expect(await lineOf(query, { headers })).toMatchObject({ status, fetches: 0, ...fields })
  })
})

test('an answer with errors has the code of the first', async () => {
  stack.auth.switches.isDown = true
  try {
    expect(await lineOf('{ hello }')).toMatchObject({ status: 200, code: 'SUBGRAPH_UNAVAILABLE' })
  } finally {
    stack.auth.switches.isDown = false
  }
})

test('the trace of a client is named, when it is one', async () => {
  const traceId = '4bf92f3577b34da6a3ce929d0e0e4736'
  const traceparent = `00-${traceId}-00f067aa0ba902b7-01`
  expect(await lineOf('{ hello }', { headers: { traceparent } })).toMatchObject({ traceId })
  for (const wrong of ['00-x-y-01', `00-${'0'.repeat(32)}-00f067aa0ba902b7-01`]) {
    expect(await lineOf('{ hello }', { headers: { traceparent: wrong } })).not.toHaveProperty(
      'traceId',
    )
  }
})

test('a 503 says in the log why, and to the client when to come back', async () => {
  await using other = await startGateway({
    env: { AUTH_URL: 'http://127.0.0.1:9/graphql' },
    waitUntilReady: false,
  })
  other.logs.length = 0
  const { body, headers } = await other.hello(bearer(await other.auth.token()))
  expect(await lastLine(other)).toMatchObject({
    status: 503,
    code: 'SERVICE_UNAVAILABLE',
    reason: 'AUTH_UNAVAILABLE',
    rootFields: ['hello'],
    kind: 'unknown',
  })
  expect(headers.get('retry-after')).toBe('1')
  expect(JSON.stringify(body)).not.toContain('AUTH_UNAVAILABLE')
})
