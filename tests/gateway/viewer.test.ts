// `viewer` is null for nobody, whatever is selected below it, and takes nothing away from what stands beside it.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Environment } from '../../platform/settings.ts'
import { csrfClaim } from './auth-peer.ts'
import { bearer, refusalOf, type Stack, startGateway } from './start-gateway.ts'

const app = 'https://app.example'
const engines: readonly (readonly [string, Environment])[] = [
  ['compiled', {}],
  ['stock', { ENGINE: 'stock' }],
]

describe.each(engines)('with the engine %s, nobody', (_, env) => {
  let stack: Stack
  beforeAll(async () => {
    stack = await startGateway({ env: { CORS_ORIGINS: app, ...env } })
  })
  afterAll(() => stack[Symbol.asyncDispose]())
  beforeEach(() => {
    stack.auth.seen.length = 0
  })

  const byGet = async (query: string, variables: object) => {
    const search = new URLSearchParams({ query, variables: JSON.stringify(variables) })
    const response = await fetch(`${stack.endpoint}?${search}`, {
      headers: { 'content-type': 'application/json' },
    })
    return response.text()
  }
  const byPost = async (query: string, variables: object) => {
    const response = await fetch(stack.endpoint, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query, variables }),
    })
    return response.text()
  }

  test.each<[string, string, object?]>([
    ['{ viewer { kind user { sub admin } } hello }', '{"viewer":null,"hello":"hello"}'],
    ['{ hello viewer { kind } }', '{"hello":"hello","viewer":null}'],
    [
      '{ a: viewer { user { sub } } hello b: viewer { kind } }',
      '{"a":null,"hello":"hello","b":null}',
    ],
    ['{ viewer { kind } hello viewer { user { sub } } }', '{"viewer":null,"hello":"hello"}'],
    [
      '{ ...A hello } fragment A on Query { ...B } fragment B on Query { x: viewer { user { ...Me } } } fragment Me on Me { sub }',
      '{"x":null,"hello":"hello"}',
    ],
    [
      '{ ... { viewer { user { sub } } } ... on Query { hello } }',
      '{"viewer":null,"hello":"hello"}',
    ],
    [
      'query ($no: Boolean!) { viewer @include(if: $no) { user { sub } } hello }',
      '{"hello":"hello"}',
      { no: false },
    ],
    [
      'query ($no: Boolean!) { viewer @skip(if: $no) { user { sub } } hello }',
      '{"viewer":null,"hello":"hello"}',
      { no: false },
    ],
    [
      'query ($no: Boolean = true) { ... @skip(if: $no) { viewer { user { sub } } } hello }',
      '{"hello":"hello"}',
    ],
    [
      '{ __typename viewer { __typename user { __typename } } hello }',
      '{"__typename":"Query","viewer":null,"hello":"hello"}',
    ],
  ])('is answered: %s', async (query, data, variables = {}) => {
    expect(await byPost(query, variables)).toBe(`{"data":${data}}`)
    expect(await byGet(query, variables)).toBe(`{"data":${data}}`)
    for (const { body } of stack.auth.calls('/graphql')) {
      expect(JSON.stringify(body)).not.toMatch(/viewer|user|sub/)
    }
  })

  test.each<[string, string, object?]>([
    ['{ viewer { kind user { sub admin } } }', '{"viewer":null}'],
    [
      '{ v: viewer { kind } ...V } fragment V on Query { viewer { user { admin } } }',
      '{"v":null,"viewer":null}',
    ],
    [
      'query ($no: Boolean!) { viewer @skip(if: $no) { kind @include(if: $no) user { sub } } }',
      '{}',
      { no: true },
    ],
  ])('makes no subgraph call for the viewer alone: %s', async (query, data, variables = {}) => {
    expect(await byPost(query, variables)).toBe(`{"data":${data}}`)
    expect(await byGet(query, variables)).toBe(`{"data":${data}}`)
    expect(stack.subgraphCalls()).toBe(0)
    expect(stack.auth.calls('/internal/credentials')).toEqual([])
  })

  test.each([
    ['a rule beside it', '{ viewer { kind } me { kind } }'],
    [
      'a fragment that is used inside and outside',
      '{ viewer { user { ...F } } me { ...F } } fragment F on Me { sub }',
    ],
  ])('is refused for %s, without a subgraph call', async (_name, query) => {
    const reply = await stack.send(query)
    expect([reply.status, refusalOf(reply)]).toEqual([401, 'UNAUTHENTICATED CREDENTIALS_MISSING'])
    expect(stack.subgraphCalls()).toBe(0)
  })

  test('is told of limits, names and variables that are wrong inside of it', async () => {
    const aliases = Array.from({ length: 60 }, (_, n) => `a${n}: kind`).join(' ')
    expect(refusalOf(await stack.send(`{ viewer { ${aliases} } }`))).toBe('OPERATION_TOO_COMPLEX')
    expect(refusalOf(await stack.send('{ viewer { nothing } }'))).toBe('GRAPHQL_VALIDATION_FAILED')
    const query = 'query ($no: Boolean!) { viewer { kind @skip(if: $no) } hello }'
    expect(refusalOf(await stack.send(query))).toBe('BAD_REQUEST INVALID_VARIABLES')
  })

  test('whose credential is bad, or whose token ran out, is told so', async () => {
    const query = '{ viewer { kind } hello }'
    const iat = Math.floor(Date.now() / 1000) - 600
    const expired = { iat, exp: iat + 300 }
    const cookie = (value: string) => ({ cookie: value, origin: app })
    const cases: [Record<string, string>, string][] = [
      [bearer('not.a.token'), 'UNAUTHENTICATED TOKEN_INVALID'],
      [bearer(await stack.auth.token({ claims: expired })), 'UNAUTHENTICATED TOKEN_EXPIRED'],
      [{ 'x-api-key': 'spk_live_x', 'x-api-secret': 'y' }, 'UNAUTHENTICATED API_KEY_INVALID'],
      [cookie('__Host-refresh=srt_1'), 'UNAUTHENTICATED TOKEN_EXPIRED'],
      [cookie('__Host-access=tossed; __Host-refresh=srt_1'), 'UNAUTHENTICATED TOKEN_INVALID'],
    ]
    for (const [headers, refusal] of cases) {
      const reply = await stack.send(query, { headers })
      expect([reply.status, refusalOf(reply)]).toEqual([401, refusal])
    }
  })

  test('takes nothing from those who are somebody, with the same document', async () => {
    const query = '{ viewer { kind user { sub } } hello }'
    const nobody = { viewer: null, hello: 'hello' }
    const ann = { viewer: { kind: 'user', user: { sub: 'usr_1' } }, hello: 'hello' }
    const headers = bearer(await stack.auth.token())
    const cookie = `__Host-access=${await stack.auth.token({ claims: { csrf: csrfClaim('x') } })}`
    for (let round = 0; round < 2; round += 1) {
      expect((await stack.send(query)).body).toEqual({ data: nobody })
      expect((await stack.send(query, { headers })).body).toEqual({ data: ann })
      const inBrowser = await stack.send(query, { headers: { cookie, origin: app } })
      expect(inBrowser.body).toEqual({ data: ann })
    }
    const denied = await stack.send('{ viewer { user { admin } } }', { headers })
    expect(denied.status).toBeGreaterThan(400)
  })
})
