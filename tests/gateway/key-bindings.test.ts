// What auth tells of an API key's bindings: what cannot be read is refused, and a principal that auth tells anew is bound as well.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { newKey, newSecret } from '../../subgraphs/auth/api-keys/key-format.ts'
import { refusalOf, type Stack, startGateway } from './start-gateway.ts'

let stack: Stack
beforeAll(async () => {
  stack = await startGateway()
})
afterAll(() => stack[Symbol.asyncDispose]())

const free = {
  rate_limit: null,
  root_fields: null,
  trusted_documents_only: false,
  cost_per_operation: null,
  cost_window: null,
}

function principal(bindings: unknown) {
  return {
    kind: 'api-key',
    sub: 'usr_bound',
    key_id: `key_${crypto.randomUUID()}`,
    roles: ['admin'],
    scope: '',
    email_verified: true,
    ...(bindings !== undefined && { bindings }),
  }
}

function keyWith(bindings: unknown): Record<string, string> {
  const [key, secret] = [newKey('test'), newSecret('test')]
  stack.auth.apiKeys.set(`${key} ${secret}`, principal(bindings))
  return { 'x-api-key': key, 'x-api-secret': secret }
}

test.each([
  ['nothing', null],
  ['a word', 'none'],
  ['a part of it', { root_fields: null }],
  ['a limit of nothing', { ...free, rate_limit: { max: 0, window_seconds: 60 } }],
  ['a limit without a window', { ...free, cost_window: { max: 5 } }],
  ['a field that is not a name', { ...free, root_fields: [7] }],
  ['a number for a fact', { ...free, trusted_documents_only: 1 }],
])('bindings that are %s: nobody can say what the key may, which is 503', async (_, bindings) => {
  const before = stack.subgraphCalls()
  const reply = await stack.hello(keyWith(bindings))
  expect([reply.status, refusalOf(reply)]).toEqual([503, 'SERVICE_UNAVAILABLE'])
  expect(stack.subgraphCalls()).toBe(before)
})

test.each([
  ['an auth that knows of none', undefined],
  ['none', free],
])('%s: the key is as free as it was', async (_, bindings) => {
  expect((await stack.hello(keyWith(bindings))).status).toBe(200)
})

test('where a rule asks auth anew, the key is bound by the newer answer', async () => {
  const headers = keyWith(free)
  const ask = () => stack.send('{ adminNow }', { headers })
  stack.auth.live.set('usr_bound', principal(free))
  expect((await ask()).status).toBe(200)
  stack.auth.live.set('usr_bound', principal({ ...free, root_fields: ['Query.hello'] }))
  const reply = await ask()
  expect([reply.status, refusalOf(reply)]).toEqual([403, 'FORBIDDEN KEY_FIELD_NOT_ALLOWED'])
})
