// Apollo Client 3 and 4 and urql, unchanged from npm: log in, let a token go stale, refresh once for many callers, go on.
import { ApolloClient, gql, InMemoryCache } from '@apollo/client'
import * as v3 from 'apollo-client-3/core/index.js'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { raiseTokenVersion } from '../../subgraphs/auth/users/raise-token-version.ts'
import { type Stack, startStack } from '../harness.ts'
import { LOGIN, LOGOUT, PASSWORD, type Person, registerPerson } from '../people.ts'
import { createSallyportLink as createV3Link } from './apollo-3.ts'
import { createSallyportLink } from './apollo-4.ts'
import type { TokenStore, Tokens } from './refresh-once.ts'
import { createSallyportClient } from './urql.ts'

const VIEWER = gql`query Viewer { viewer { kind user { id email } } }`
const LOGIN_MUTATION = gql(LOGIN)
const possibleTypes = { AuthResult: ['SignedIn', 'VerificationRequired'] }
type ViewerData = { viewer: { user: { email: string } } }
type LoginData = { login: { tokens: Tokens } }

let stack: Stack
let person: Person
let stored: Tokens | null
let refreshes: number
let isOffline: boolean
/** Moves the gateway's clock. */
let offsetMs = 0

const tokens: TokenStore = {
  get: () => stored,
  set: (next) => {
    stored = next
  },
}

/** Counts refreshes, and can lose the network. What a refresh answers is good by the gateway's clock. */
const countingFetch: typeof fetch = async (input, init) => {
  if (isOffline) throw new TypeError('fetch failed')
  if (String(init?.body).includes('mutation Refresh')) {
    refreshes += 1
    offsetMs = 0
  }
  return await fetch(input, init)
}

beforeAll(async () => {
  stack = await startStack({ gatewayDeps: { now: () => Date.now() + offsetMs } })
})
afterAll(async () => {
  await stack?.stop()
})
beforeEach(async () => {
  person = await registerPerson(stack)
  stored = null
  refreshes = 0
  isOffline = false
  offsetMs = 0
})

/** As eleven minutes later: the token that the client holds has run out. */
function letExpire(): void {
  offsetMs = 11 * 60_000
}

/** As after a change of roles: the token that the client holds is refused, and a refresh brings a good one. */
async function makeStale(): Promise<void> {
  const before = stored?.accessToken ?? ''
  await stack.db.transaction((trx) => raiseTokenVersion(trx, person.id))
  await expect
    .poll(
      async () =>
        (await stack.client.send('{ viewer { kind } }', {}, { authorization: `Bearer ${before}` }))
          .status,
      {
        timeout: 30_000,
      },
    )
    .toBe(401)
}

interface TestedClient {
  logIn(): Promise<void>
  viewer(): Promise<string | undefined>
}

const loginInput = () => ({
  email: person.email,
  password: PASSWORD,
  deviceToken: person.deviceToken,
})

function apollo4(): TestedClient {
  const client = new ApolloClient({
    cache: new InMemoryCache({ possibleTypes }),
    link: createSallyportLink({ url: stack.client.url, send: countingFetch, tokens }),
    defaultOptions: { query: { fetchPolicy: 'network-only' } },
    queryDeduplication: false,
  })
  return {
    logIn: async () => {
      const { data } = await client.mutate<LoginData>({
        mutation: LOGIN_MUTATION,
        variables: { input: loginInput() },
      })
      tokens.set(data?.login.tokens ?? null)
    },
    viewer: async () => {
      const { data } = await client.query<ViewerData>({ query: VIEWER })
      return data?.viewer.user.email
    },
  }
}

function apollo3(): TestedClient {
  const client = new v3.ApolloClient({
    cache: new v3.InMemoryCache({ possibleTypes }),
    link: createV3Link({ url: stack.client.url, send: countingFetch, tokens }),
    defaultOptions: { query: { fetchPolicy: 'network-only' } },
    queryDeduplication: false,
  })
  return {
    logIn: async () => {
      const { data } = await client.mutate<LoginData>({
        mutation: LOGIN_MUTATION,
        variables: { input: loginInput() },
      })
      tokens.set(data?.login.tokens ?? null)
    },
    viewer: async () => {
      const { data } = await client.query<ViewerData>({ query: VIEWER })
      return data.viewer.user.email
    },
  }
}

function urql(): TestedClient {
  const client = createSallyportClient({ url: stack.client.url, send: countingFetch, tokens })
  return {
    logIn: async () => {
      const result = await client.mutation(LOGIN, { input: loginInput() }).toPromise()
      tokens.set(result.data.login.tokens)
    },
    viewer: async () => {
      const result = await client.query(VIEWER, {}, { requestPolicy: 'network-only' }).toPromise()
      if (result.error) throw result.error
      return result.data?.viewer.user.email
    },
  }
}

for (const [name, create] of [
  ['Apollo Client 4', apollo4],
  ['Apollo Client 3', apollo3],
  ['urql', urql],
] as const) {
  test(`${name}: logs in, and a token that ran out costs one refresh for many callers, who all go on`, async () => {
    const client = create()
    await client.logIn()
    expect(await client.viewer()).toBe(person.email)
    letExpire()
    const answers = await Promise.all(Array.from({ length: 10 }, () => client.viewer()))
    expect(answers).toEqual(Array.from({ length: 10 }, () => person.email))
    expect(refreshes).toBe(1)
    expect(await client.viewer()).toBe(person.email)
    expect(refreshes).toBe(1)
  })

  test(`${name}: the same when its rights changed`, async () => {
    const client = create()
    await client.logIn()
    await makeStale()
    const answers = await Promise.all(Array.from({ length: 10 }, () => client.viewer()))
    expect(answers).toEqual(Array.from({ length: 10 }, () => person.email))
    expect(refreshes).toBe(1)
  })

  test(`${name}: a network that is unavailable, also during the refresh, keeps the session`, async () => {
    const client = create()
    await client.logIn()
    await makeStale()
    isOffline = true
    await expect(client.viewer()).rejects.toThrow()
    expect(stored).not.toBeNull()
    isOffline = false
    expect(await client.viewer()).toBe(person.email)
  })

  test(`${name}: a session that was ended elsewhere ends on the client`, async () => {
    const client = create()
    await client.logIn()
    const held = { authorization: `Bearer ${stored?.accessToken}` }
    await stack.client.send(LOGOUT, { input: { scope: 'ALL' } }, held)
    await expect
      .poll(async () => (await stack.client.send('{ viewer { kind } }', {}, held)).status, {
        timeout: 30_000,
      })
      .toBe(401)
    await expect(client.viewer()).rejects.toThrow()
    expect(stored).toBeNull()
    expect(refreshes).toBe(0)
  })
}
