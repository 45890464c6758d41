// What a refresh gives and to whom; rotation itself is in sessions.test.ts and tests/postgres/refresh-races.test.ts.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Stack, startStack } from '../harness.ts'
import { refreshWith, registerPerson } from '../people.ts'

let stack: Stack

beforeAll(async () => {
  stack = await startStack()
})
afterAll(async () => {
  await stack?.stop()
})

test('a refresh cannot ask for more: roles and scopes are what the database says', async () => {
  const person = await registerPerson(stack)
  for (const stray of [{ scope: 'admin' }, { roles: ['admin'] }, { scopes: ['a'] }]) {
    const refresh = 'mutation ($input: RefreshInput) { refresh(input: $input) { user { id } } }'
    const input = { refreshToken: person.refreshToken, ...stray }
    expect((await stack.client.send(refresh, { input })).status).toBe(400)
  }
  expect((await refreshWith(stack.client, person.refreshToken)).errors).toEqual([])
})

test('a suspended user neither refreshes nor logs in nor changes anything, and comes back unharmed', async () => {
  const person = await registerPerson(stack)
  const suspend = (status: string) => stack.db('users').where('id', person.id).update({ status })
  const createKey = 'mutation { createApiKey(input: { name: "x" }) { key } }'
  await suspend('SUSPENDED')
  expect((await refreshWith(stack.client, person.refreshToken)).code).toBe('INVALID_REFRESH_TOKEN')
  const write = await stack.client.send(createKey, {}, person.headers)
  expect(write.errors[0]?.extensions.reason).toBe('SESSION_REVOKED')
  await suspend('ACTIVE')
  expect((await refreshWith(stack.client, person.refreshToken)).errors).toEqual([])
})

test('a connection that breaks during a refresh costs nothing: the retry gets a working pair', async () => {
  const person = await registerPerson(stack)
  for (const patienceMs of [0, 1, 5, 20, 100]) {
    const leaving = AbortSignal.timeout(patienceMs)
    await fetch(stack.client.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        query: `mutation { refresh(input: { refreshToken: "${person.refreshToken}" }) { user { id } } }`,
      }),
      signal: leaving,
    }).catch(() => null)
  }
  const retried = await refreshWith(stack.client, person.refreshToken)
  expect(retried.errors).toEqual([])
  const { refreshToken } = retried.data.refresh.tokens
  expect((await refreshWith(stack.client, refreshToken)).errors).toEqual([])
})
