// What a refresh gives and to whom; rotation itself is in sessions.test.ts and tests/postgres/refresh-races.test.ts.
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Stack, startStack } from '../harness.ts'
import { type Person, refreshWith, registerPerson } from '../people.ts'

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

describe('a connection that breaks during a refresh costs nothing', () => {
  const generationOf = async ({ sessionId }: Person) =>
    (await stack.db('sessions').where('id', sessionId).first('generation'))?.generation

  /** Sends this much of a refresh, and reads none of the answer. */
  function send({ refreshToken }: Person, bytes?: number): Socket {
    const { hostname, port } = new URL(stack.client.url)
    const query = `mutation { refresh(input: { refreshToken: "${refreshToken}" }) { user { id } } }`
    const body = JSON.stringify({ query })
    const head = `POST /graphql HTTP/1.1\r\nHost: localhost:${port}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n`
    const socket = connect(Number(port), hostname)
    socket.write((head + body).slice(0, bytes))
    return socket
  }

  async function expectAWorkingPair(person: Person): Promise<void> {
    const retried = await refreshWith(stack.client, person.refreshToken)
    expect(retried.errors).toEqual([])
    const { refreshToken } = retried.data.refresh.tokens
    expect((await refreshWith(stack.client, refreshToken)).errors).toEqual([])
  }

  test('after it was done: the retry gets the pair that was made', async () => {
    const person = await registerPerson(stack)
    const socket = send(person)
    await expect.poll(() => generationOf(person), { timeout: 30_000 }).toBe(2)
    socket.destroy()
    await expectAWorkingPair(person)
    expect(await generationOf(person)).toBe(3)
  })

  test('before the whole of it was sent: nothing was done', async () => {
    const person = await registerPerson(stack)
    const socket = send(person, -10)
    await once(socket, 'connect')
    socket.destroy()
    await once(socket, 'close')
    expect(await generationOf(person)).toBe(1)
    await expectAWorkingPair(person)
  })

  test('at any moment in between', async () => {
    const person = await registerPerson(stack)
    for (const patienceMs of [0, 1, 2, 5, 10, 20]) {
      const socket = send(person)
      await sleep(patienceMs)
      socket.destroy()
    }
    await expectAWorkingPair(person)
  })
})
