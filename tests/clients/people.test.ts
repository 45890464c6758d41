// One browser, two people: what the first one saw, held or was waiting for never reaches the second.
import { ApolloClient, gql, InMemoryCache } from '@apollo/client'
import * as v3 from 'apollo-client-3/core/index.js'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Stack, startStack } from '../harness.ts'
import { LOGOUT, logIn, type Person, registerPerson } from '../people.ts'
import { createSallyportLink as createV3Link } from './apollo-3.ts'
import { createSallyportLink } from './apollo-4.ts'
import type { TokenStore, Tokens } from './refresh-once.ts'
import { createSessions } from './sessions.ts'
import { createSallyportClient } from './urql.ts'

const EMAIL = gql`query Email { viewer { user { email } } }`
type EmailData = { viewer: { user: { email: string } } | null }

let stack: Stack
let ada: Person
let bob: Person
/** While it is set, answers wait for it. */
let held: Promise<void> | null = null

const send: typeof fetch = async (input, init) => {
  const answer = await fetch(input, init)
  await held
  return answer
}

beforeAll(async () => {
  stack = await startStack()
  ada = await registerPerson(stack)
  bob = await registerPerson(stack)
})
afterAll(async () => {
  await stack?.stop()
})

interface Asks {
  email(): Promise<string | undefined>
}

const CLIENTS = {
  'Apollo Client 4': (tokens: TokenStore): Asks => {
    const link = createSallyportLink({ url: stack.client.url, tokens, send })
    const client = new ApolloClient({ cache: new InMemoryCache(), link })
    return {
      email: async () => (await client.query<EmailData>({ query: EMAIL })).data?.viewer?.user.email,
    }
  },
  'Apollo Client 3': (tokens: TokenStore): Asks => {
    const link = createV3Link({ url: stack.client.url, tokens, send })
    const client = new v3.ApolloClient({ cache: new v3.InMemoryCache(), link })
    return {
      email: async () => (await client.query<EmailData>({ query: EMAIL })).data.viewer?.user.email,
    }
  },
  urql: (tokens: TokenStore): Asks => {
    const client = createSallyportClient({ url: stack.client.url, tokens, send })
    return {
      email: async () => (await client.query(EMAIL, {}).toPromise()).data?.viewer?.user.email,
    }
  },
} satisfies Record<string, (tokens: TokenStore) => Asks>

const pairOf = ({ accessToken, refreshToken }: Person): Tokens => ({ accessToken, refreshToken })

describe.each(Object.entries(CLIENTS))('%s', (_name, createClient) => {
  test('after a change of person the next one sees their own data, and the one before nothing is kept of', async () => {
    const sessions = createSessions(createClient)
    sessions.change(pairOf(await logIn(stack.client, ada)))
    expect(await sessions.client().email()).toBe(ada.email)
    // What a client alone does: it answers from its cache, whoever has signed in since.
    expect(await sessions.client().email()).toBe(ada.email)
    sessions.change(null)
    expect(
      await sessions
        .client()
        .email()
        .catch(() => undefined),
    ).toBeUndefined()
    sessions.change(pairOf(await logIn(stack.client, bob)))
    expect(await sessions.client().email()).toBe(bob.email)
  })

  test('a session of the first person that ends late does not sign the second one out', async () => {
    const saved: (string | undefined)[] = []
    const sessions = createSessions(createClient, (tokens) => saved.push(tokens?.accessToken))
    const first = await logIn(stack.client, ada)
    sessions.change(pairOf(first))
    const clientOfFirst = sessions.client()
    await stack.client.send(LOGOUT, { input: {} }, first.headers)
    const second = await logIn(stack.client, bob)
    sessions.change(pairOf(second))
    await expect
      .poll(async () => (await stack.client.send('{ viewer { kind } }', {}, first.headers)).status)
      .toBe(401)
    await clientOfFirst.email().catch(() => {})
    expect(await sessions.client().email()).toBe(bob.email)
    expect(saved).toEqual([first.accessToken, second.accessToken])
  })

  test('an answer that was under way for the first person is not the second one’s', async () => {
    const sessions = createSessions(createClient)
    sessions.change(pairOf(await logIn(stack.client, ada)))
    let release = () => {}
    held = new Promise((resolve) => {
      release = resolve
    })
    const late = sessions.client().email()
    sessions.change(pairOf(await logIn(stack.client, bob)))
    const next = sessions.client().email()
    release()
    held = null
    expect(await late).toBe(ada.email)
    expect(await next).toBe(bob.email)
    expect(await sessions.client().email()).toBe(bob.email)
  })
})

test('one client of Apollo that is kept shows the first person’s data until its store is cleared', async () => {
  let pair = pairOf(await logIn(stack.client, ada))
  const tokens: TokenStore = { get: () => pair, set: () => {} }
  const link = createSallyportLink({ url: stack.client.url, tokens })
  const client = new ApolloClient({ cache: new InMemoryCache(), link })
  const email = async () =>
    (await client.query<EmailData>({ query: EMAIL })).data?.viewer?.user.email
  expect(await email()).toBe(ada.email)
  pair = pairOf(await logIn(stack.client, bob))
  expect(await email()).toBe(ada.email)
  await client.clearStore()
  expect(await email()).toBe(bob.email)
})
