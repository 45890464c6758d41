// The error table (design section 7): codes, statuses and headers of refusals, and what leaves of a subgraph's errors (case 109).
import { readFileSync } from 'node:fs'
import type { Denial } from '@sallyport/claims/predicates'
import { describe, expect, test } from 'vitest'
import { denialError } from '../../claims/denials.ts'
import {
  errorBody,
  errorForApp,
  errorFromDenial,
  GatewayError,
  type GatewayErrorCode,
  negotiateMediaType,
  toGatewayError,
} from '../../gateway/errors.ts'
import { maskedErrors, normalizeSubgraphError } from '../../gateway/subgraph/errors.ts'

describe('a refusal', () => {
  test.each<[GatewayErrorCode, number]>([
    ['UNAUTHENTICATED', 401],
    ['FORBIDDEN', 403],
    ['STEP_UP_REQUIRED', 403],
    ['CSRF_FAILED', 403],
    ['RATE_LIMITED', 429],
    ['BAD_REQUEST', 400],
    ['GRAPHQL_PARSE_FAILED', 400],
    ['GRAPHQL_VALIDATION_FAILED', 400],
    ['OPERATION_TOO_COMPLEX', 400],
    ['SERVICE_UNAVAILABLE', 503],
    ['INTERNAL_SERVER_ERROR', 500],
  ])('%s has status %i, its code and the request id in the body, and no data', (code, status) => {
    const error = new GatewayError(code)
    expect(error.status).toBe(status)
    const body = errorBody(error, 'req_1')
    expect(body).toEqual({
      errors: [
        {
          message: error.message,
          extensions: expect.objectContaining({ code, requestId: 'req_1' }),
        },
      ],
    })
    expect(body).not.toHaveProperty('data')
  })

  test('401 says WWW-Authenticate, with an error only when a token failed (RFC 6750)', () => {
    const header = (reason: string) =>
      new GatewayError('UNAUTHENTICATED', { reason }).headers['www-authenticate']
    expect(header('CREDENTIALS_MISSING')).toBe('Bearer realm="sallyport"')
    expect(header('TOKEN_EXPIRED')).toContain('error="invalid_token"')
  })

  test.each<GatewayErrorCode>(['RATE_LIMITED', 'SERVICE_UNAVAILABLE'])(
    '%s carries Retry-After as header and in its extensions',
    (code) => {
      const { headers, extensions } = new GatewayError(code, { retryAfterSeconds: 7 })
      expect(headers['retry-after']).toBe('7')
      expect(extensions.retryAfterSeconds).toBe(7)
      expect(new GatewayError(code).headers['retry-after']).toBe('1')
    },
  )

  test('what was not foreseen becomes INTERNAL_SERVER_ERROR, its text stays in the cause', () => {
    const cause = new Error('select * from users at 10.0.0.1')
    const error = toGatewayError(cause)
    expect(error.cause).toBe(cause)
    expect(JSON.stringify(errorBody(error, 'req_1'))).not.toMatch(/select|10\.0\.0\.1/)
  })

  test('a denied rule names neither role nor scope', () => {
    const error = errorFromDenial({ code: 'FORBIDDEN', missing: 'policies role:admin' })
    expect(JSON.stringify(errorBody(error, 'req_1'))).not.toContain('admin')
  })

  test('an app is told that it lacks a scope, and by name where the scope is one of the graph', () => {
    const header = (missing: string) =>
      errorForApp({ code: 'FORBIDDEN', missing }).headers['www-authenticate']
    const lacks = 'Bearer realm="sallyport", error="insufficient_scope"'
    expect(header('scope graph')).toBe(`${lacks}, scope="graph"`)
    expect(header('scope graph:write')).toBe(`${lacks}, scope="graph graph:write"`)
    expect(header('scopes orders:read | orders:all')).toBe(lacks)
    expect(header('policies role:admin')).toBeUndefined()
  })

  test('a denied step-up says what to prove, and how recently', () => {
    const denial = { code: 'STEP_UP_REQUIRED', missing: 'fresh:60', maxAgeSeconds: 60 } as const
    expect(errorFromDenial(denial).extensions.challenge).toEqual({
      methods: ['PASSWORD'],
      maxAgeSeconds: 60,
    })
  })
})

test.each<Denial>([
  { code: 'STEP_UP_REQUIRED', missing: 'policies fresh:60', maxAgeSeconds: 60 },
  { code: 'STEP_UP_REQUIRED', missing: 'policies mfa' },
  { code: 'STEP_UP_REQUIRED', missing: 'policies mfa fresh:60', maxAgeSeconds: 60 },
  { code: 'STEP_UP_REQUIRED', missing: 'fresh:60', maxAgeSeconds: 60, methods: ['TOTP'] },
])('a step-up for $missing reads alike, whichever door asks for it', (denial) => {
  const atGateway = errorFromDenial(denial)
  const atSubgraph = denialError(denial)
  expect(atSubgraph.message).toBe(atGateway.message)
  expect(atSubgraph.extensions).toEqual(atGateway.extensions)
})

describe('the response type', () => {
  const json = 'application/json; charset=utf-8'
  const graphql = 'application/graphql-response+json; charset=utf-8'
  test.each<[string | undefined, string | null]>([
    [undefined, json],
    ['', json],
    ['*/*', json],
    ['application/*', json],
    ['application/json', json],
    ['application/graphql-response+json', graphql],
    ['application/graphql-response+json, application/json;q=0.9', graphql],
    ['application/graphql-response+json;q=0.5, application/json', json],
    ['application/json, */*;q=0.1', json],
    ['text/html', null],
    ['application/graphql-response+json;q=0, text/html', null],
    ['application/json;q=0, */*', null],
    [
      'multipart/mixed;deferSpec=20220824, application/graphql-response+json, application/json',
      graphql,
    ],
  ])('for Accept: %s is %s', (accept, type) => {
    expect(negotiateMediaType(accept)).toBe(type)
  })
})

describe('an error of a subgraph', () => {
  const fromAuth = { isAuth: true, status: 200 }
  const fromOther = { isAuth: false, status: 200 }
  const error = (extensions: Record<string, unknown>, message = 'text') => ({
    message,
    path: ['a', 0, 'b'],
    locations: [{ line: 1, column: 1 }],
    extensions,
  })

  test('of auth keeps the codes of the table', () => {
    const found = normalizeSubgraphError(
      error({ code: 'VERIFICATION_FAILED', attemptsRemaining: 4, stacktrace: ['x'] }),
      fromAuth,
    )
    expect(found).toEqual({
      message: 'text',
      path: ['a', 0, 'b'],
      extensions: { code: 'VERIFICATION_FAILED', attemptsRemaining: 4 },
    })
    expect(
      normalizeSubgraphError(error({ code: 'INVALID_REFRESH_TOKEN' }), fromAuth).extensions?.code,
    ).toBe('INVALID_REFRESH_TOKEN')
  })

  test.each([
    'UNAUTHENTICATED',
    'INVALID_REFRESH_TOKEN',
    'INVALID_CREDENTIALS',
    'SERVICE_UNAVAILABLE',
    'BAD_REQUEST',
    'GRAPHQL_VALIDATION_FAILED',
  ])('of another subgraph with %s never looks like a credential that failed', (code) => {
    const found = normalizeSubgraphError(error({ code, reason: 'SESSION_REVOKED' }), fromOther)
    expect(found.extensions).toEqual({ code: 'SUBGRAPH_UNAVAILABLE' })
    expect(found.message).not.toBe('text')
  })

  test('docs/errors.md lists what passes, and what becomes SUBGRAPH_UNAVAILABLE', () => {
    const [, section = ''] = readFileSync('docs/errors.md', 'utf8').split('## Errors of other')
    const [passed = '', ofAuth = '', failures = ''] = section.split(/\n\n?- |\n\n/).slice(1)
    const codesIn = (text: string) =>
      [...text.matchAll(/`([A-Z]+_?[A-Z_]*[A-Z])`/g)]
        .map(([, code = '']) => code)
        .filter((code) => code !== 'SUBGRAPH_UNAVAILABLE')
    const becomes = (code: string, answer: typeof fromAuth) =>
      normalizeSubgraphError(error({ code }), answer).extensions?.code
    expect(codesIn(ofAuth).length + codesIn(failures).length).toBe(15)
    for (const code of codesIn(passed)) expect(becomes(code, fromOther)).toBe(code)
    for (const code of codesIn(ofAuth)) {
      expect([becomes(code, fromOther), becomes(code, fromAuth)]).toEqual([
        'SUBGRAPH_UNAVAILABLE',
        code,
      ])
    }
    for (const code of codesIn(failures)) {
      for (const answer of [fromAuth, fromOther]) {
        expect(becomes(code, { ...answer, status: 401 })).toBe('SUBGRAPH_UNAVAILABLE')
      }
    }
  })

  test('a business code passes with what the table allows and nothing else', () => {
    const found = normalizeSubgraphError(
      error({
        code: 'OUT_OF_STOCK',
        reason: 'EMPTY',
        fields: [{ path: 'a', message: 'b' }],
        retryAfterSeconds: 3,
        http: { status: 418 },
        serviceName: 'reviews',
        url: 'http://10.0.0.1',
        stacktrace: ['at'],
        exception: {},
        response: { body: 'x' },
      }),
      fromOther,
    )
    expect(found.extensions).toEqual({
      code: 'OUT_OF_STOCK',
      reason: 'EMPTY',
      fields: [{ path: 'a', message: 'b' }],
      retryAfterSeconds: 3,
    })
  })

  test('of another subgraph cannot end a session by its reason', () => {
    const found = normalizeSubgraphError(
      error({ code: 'FORBIDDEN', reason: 'SESSION_REVOKED' }),
      fromOther,
    )
    expect(found.extensions).toEqual({ code: 'FORBIDDEN' })
  })

  test('an identity token that auth itself refuses is a failure of ours', () => {
    const found = normalizeSubgraphError(error({ code: 'UNAUTHENTICATED' }), {
      isAuth: true,
      status: 401,
    })
    expect(found.extensions).toEqual({ code: 'SUBGRAPH_UNAVAILABLE' })
  })

  test.each([[undefined], ['INTERNAL_SERVER_ERROR'], ['not a code'], [42]])(
    'with code %s is masked',
    (code) => {
      const leak = 'relation "users" does not exist at /srv/auth/db.ts'
      const found = normalizeSubgraphError(error({ code }, leak), fromAuth)
      expect(found.extensions).toEqual({ code: 'INTERNAL_SERVER_ERROR' })
      expect(found.message).not.toContain('users')
    },
  )

  test.each([[null], ['text'], [42], [[]], [{ message: 7, path: 'x', extensions: 'y' }]])(
    '%j instead of an error does no harm',
    (value) => {
      const found = normalizeSubgraphError(value, fromOther)
      expect(found.extensions).toEqual({ code: 'INTERNAL_SERVER_ERROR' })
      expect(found).not.toHaveProperty('path')
    },
  )

  test('a message is cut', () => {
    const found = normalizeSubgraphError(error({ code: 'CONFLICT' }, 'x'.repeat(1e6)), fromOther)
    expect(found.message.length).toBeLessThan(2000)
  })
})

describe('what the executor raises', () => {
  const logged: unknown[] = []
  const logger = { error: (...args: unknown[]) => void logged.push(args) }

  test('carries the request id, and drops what @apollo/gateway adds', () => {
    const [found] =
      maskedErrors(
        [
          {
            message: 'no',
            path: ['a'],
            extensions: { code: 'FORBIDDEN', serviceName: 'reviews', query: '{ a }' },
          },
        ],
        'req_1',
        logger,
      ) ?? []
    expect(found).toEqual({
      message: 'no',
      path: ['a'],
      extensions: { code: 'FORBIDDEN', requestId: 'req_1' },
    })
  })

  test('and is not ours is masked and logged', () => {
    const raised = new Error('Cannot read properties of undefined (http://10.0.0.1)')
    const [found] = maskedErrors([raised], 'req_1', logger) ?? []
    expect(found).toEqual({
      message: 'Something went wrong on our side.',
      extensions: { code: 'INTERNAL_SERVER_ERROR', requestId: 'req_1' },
    })
    expect(logged).toHaveLength(1)
  })
})
