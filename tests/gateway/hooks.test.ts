// Hooks of a deployment (docs/hooks.md): what they see and may change, their deadlines, and that there is nothing where there is none.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { defineConfig } from '../../define-config.ts'
import type { Hooks } from '../../gateway/hooks/hooks.ts'
import { loadHooks, readyHooks } from '../../gateway/hooks/load-hooks.ts'
import { example } from '../docs/examples.ts'
import { bearer, refusalOf, type Stack, startGateway } from './start-gateway.ts'

const silent = { warn() {} }

async function stepsOf({ gateway }: Stack): Promise<string[]> {
  const text = await (await fetch(`${gateway.adminUrl}/metrics`)).text()
  return [...text.matchAll(/sallyport_step_duration_seconds_count\{step="([\w-]+)"\}/g)].map(
    ([, step = '']) => step,
  )
}

describe('with hooks', () => {
  let stack: Stack
  let hooks: Hooks = {}
  const seen: object[] = []

  beforeAll(async () => {
    stack = await startGateway({
      deps: {
        hooks: {
          onRequest: (request) => {
            seen.push(request)
            return (hooks.onRequest as never as (one: object) => undefined)?.(request)
          },
          onSubgraphRequest: {
            run: (request) =>
              (hooks.onSubgraphRequest as never as (one: object) => undefined)?.(request),
            deadlineMs: 50,
          },
          onResponse: {
            run: (response) =>
              (hooks.onResponse as never as (one: object) => undefined)?.(response),
            onFailure: 'ignore',
            deadlineMs: 50,
          },
        },
      },
    })
  })
  afterAll(() => stack[Symbol.asyncDispose]())

  test('a hook sees who asks for what, frozen, and no credential', async () => {
    hooks = {}
    const token = await stack.auth.token({ claims: { roles: ['user'] } })
    await stack.send('query Who { me { sub } }', {
      headers: { ...bearer(token), 'x-tenant': 'acme', cookie: 'a=b' },
    })
    const request = seen.at(-1) as never as Parameters<
      Extract<Hooks['onRequest'], (...args: never) => unknown>
    >[0]
    expect(request).toMatchObject({
      operationName: 'Who',
      operationType: 'query',
      rootFields: ['me'],
      clientAddress: '127.0.0.1',
      caller: { kind: 'user', subject: 'usr_1', roles: ['user'] },
    })
    expect(request.header('x-tenant')).toBe('acme')
    for (const name of ['authorization', 'cookie', 'x-api-key', 'x-api-secret', 'x-csrf-token']) {
      expect(request.header(name)).toBeUndefined()
    }
    expect(JSON.stringify(request)).not.toContain(token.slice(0, 20))
    expect(
      Object.isFrozen(request) &&
        Object.isFrozen(request.caller) &&
        Object.isFrozen(request.caller.roles),
    ).toBe(true)
  })

  test('a refusal is 403 with its sentence, and no subgraph is called; what the rules refuse no hook sees', async () => {
    hooks = { onRequest: async () => ({ refuse: 'Not today.' }) }
    const before = stack.subgraphCalls()
    const reply = await stack.hello()
    expect([reply.status, refusalOf(reply), reply.body.errors?.[0]?.message]).toEqual([
      403,
      'FORBIDDEN REFUSED_BY_HOOK',
      'Not today.',
    ])
    const asked = seen.length
    expect(refusalOf(await stack.send('{ onlyAdmins }'))).toBe(
      'UNAUTHENTICATED CREDENTIALS_MISSING',
    )
    expect(seen.length).toBe(asked)
    expect(stack.subgraphCalls()).toBe(before)
  })

  test('headers for a subgraph and for the answer, and extensions of the answer', async () => {
    hooks = {
      onSubgraphRequest: ({ subgraph }) => ({ headers: { 'x-tenant': `t-${subgraph}` } }),
      onResponse: ({ errorCodes }) => ({
        headers: { 'x-errors': String(errorCodes.length) },
        extensions: { took: 1 },
      }),
    }
    const reply = await stack.hello()
    expect(reply.body).toEqual({ data: { hello: 'hello' }, extensions: { took: 1 } })
    expect(reply.headers.get('x-errors')).toBe('0')
    expect(stack.auth.calls('/graphql').at(-1)?.headers['x-tenant']).toBe('t-auth')
  })

  test.each([
    [
      'throws',
      () => {
        throw new Error('secret-of-a-hook')
      },
    ],
    ['takes too long', () => new Promise<undefined>(() => undefined)],
    ['returns a credential', () => ({ headers: { authorization: 'Bearer x' } })],
    ['returns one of ours', () => ({ headers: { 'sallyport-identity': 'x' } })],
    ['returns two lines', () => ({ headers: { 'x-a': 'a\r\nb: c' } })],
  ] as const)(
    'that %s before a subgraph refuses its fields, nothing leaks, and the log says why',
    async (_, hook) => {
      hooks = { onSubgraphRequest: hook as never }
      const before = stack.subgraphCalls()
      const logged = stack.logs.length
      const reply = await stack.hello()
      expect(reply.body.data).toEqual({ hello: null })
      expect(reply.body.errors?.[0]?.extensions.code).toBe('SERVICE_UNAVAILABLE')
      expect(JSON.stringify(reply.body)).not.toContain('secret-of-a-hook')
      expect(stack.subgraphCalls()).toBe(before)
      const lines = stack.logs.slice(logged).map((line) => JSON.parse(line))
      expect(lines.filter(({ err }) => err !== undefined)).toEqual([
        expect.objectContaining({
          requestId: reply.body.errors?.[0]?.extensions.requestId,
          subgraph: 'auth',
          err: expect.objectContaining({
            message: 'the hook onSubgraphRequest failed',
            cause: expect.objectContaining({ message: expect.any(String) }),
          }),
        }),
      ])
    },
  )

  test.each([
    [
      'throws',
      () => {
        throw new Error('broken')
      },
    ],
    [
      'rejects',
      async () => {
        throw new Error('broken')
      },
    ],
    ['sets a cookie', () => ({ headers: { 'set-cookie': 'a=b' } })],
    ['opens CORS', () => ({ headers: { 'access-control-allow-origin': '*' } })],
    ['names another request', () => ({ headers: { 'x-request-id': 'x' } })],
    ['is too large', () => ({ extensions: { text: 'x'.repeat(9000) } })],
  ] as const)('one that %s and may be ignored changes nothing of the answer', async (_, hook) => {
    hooks = { onResponse: hook as never }
    const reply = await stack.hello()
    expect([reply.status, reply.body]).toEqual([200, { data: { hello: 'hello' } }])
    expect(stack.logs.at(-2) ?? '').toContain('a hook failed, and the request went on without it')
  })

  test('one that fails and must not is 503, with its reason in the log', async () => {
    hooks = {
      onRequest: () => {
        throw new Error('broken')
      },
    }
    const reply = await stack.hello()
    expect([reply.status, refusalOf(reply)]).toEqual([503, 'SERVICE_UNAVAILABLE'])
    expect(stack.logs.some((line) => line.includes('"reason":"HOOK_FAILED"'))).toBe(true)
  })

  test('each has its time among the steps', async () => {
    expect(await stepsOf(stack)).toEqual(
      expect.arrayContaining(['on-request', 'on-subgraph-request', 'on-response']),
    )
  })
})

test('without hooks there is no step for them, and no call on the way', async () => {
  await using stack = await startGateway()
  expect((await stack.hello()).status).toBe(200)
  expect((await stepsOf(stack)).filter((step) => step.startsWith('on-'))).toEqual([])
  const { onRequest, onSubgraphRequest, onResponse } = readyHooks({}, silent)
  expect([onRequest, onSubgraphRequest, onResponse]).toEqual([null, null, null])
})

describe('the file beside supergraph.yaml', () => {
  const read = async (text: string, name = 'sallyport.config.mjs') => {
    const folder = mkdtempSync(join(tmpdir(), 'sallyport-hooks-'))
    try {
      writeFileSync(join(folder, name), text)
      return await loadHooks(join(folder, 'supergraph.yaml'), silent)
    } finally {
      rmSync(folder, { recursive: true })
    }
  }

  test.each([false, 0, '', async () => false])(
    'one that returns %j has said nothing that anybody knows, and lets nobody pass',
    async (returned) => {
      const run = typeof returned === 'function' ? returned : () => returned
      const { onRequest } = readyHooks({ onRequest: run as never }, silent)
      const asked = async () => onRequest?.run({ requestId: 'req_1' } as never)
      await expect(asked()).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' })
    },
  )

  test('the example of docs/hooks.md does what it says', async () => {
    const { onRequest, onSubgraphRequest, onResponse } = await read(
      example('docs/hooks.md', 'At the gateway', 'js').code,
    )
    const request = {
      requestId: 'req_1',
      rootFields: ['products'],
      caller: { kind: 'api-key' },
      header: () => 'acme',
      errorCodes: ['A'],
    } as never
    expect(onRequest?.run(request)).toEqual({ refuse: 'The catalogue is for people.' })
    expect(onSubgraphRequest?.run(request)).toEqual({ headers: { 'x-tenant': 'acme' } })
    expect(await onResponse?.run(request)).toEqual({
      headers: { 'x-errors': '1' },
      extensions: { requestId: 'req_1' },
    })
  })

  test.each([
    [
      'export default { hooks: { onReqest() {} } }',
      'there is no hook "onReqest"; there are onRequest,',
    ],
    ['export default { hooks: null }', 'hooks is an object'],
    ['export default { hook: {} }', '"hook" is not known there'],
    [
      'export default { hooks: { onRequest: { run() {}, deadlineMs: 0 } } }',
      'onRequest is a function, or',
    ],
    [
      'export default { hooks: { onRequest: { run() {}, onFailure: "allow" } } }',
      'onRequest is a function, or',
    ],
    ['export const hooks = {}', 'has no default export'],
    ['export default {', 'cannot be loaded'],
  ])('%s stops the start', async (text, words) => {
    await expect(read(text)).rejects.toThrow(words)
  })

  test('defineConfig gives types and nothing else; one file counts', async () => {
    const config = { hooks: { onRequest: () => undefined } }
    expect(defineConfig(config)).toBe(config)
    expect((await read('export default {}')).onRequest).toBeNull()
  })
})
