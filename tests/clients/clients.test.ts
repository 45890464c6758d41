// Apollo Client and urql, unchanged from npm: log in, let a token go stale, refresh once for many callers, go on.
import { ApolloClient, gql, InMemoryCache } from '@apollo/client'
import { Client, type CombinedError, fetchExchange } from '@urql/core'
import { authExchange } from '@urql/exchange-auth'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { raiseTokenVersion } from '../../subgraphs/auth/users/raise-token-version.ts'
import { type Stack, startStack } from '../harness.ts'
import { LOGIN, LOGOUT, PASSWORD, type Person, registerPerson } from '../people.ts'
import { createSallyportLink, endsSession, type Tokens } from './apollo-link.ts'

const VIEWER = gql`query Viewer { viewer { kind user { id email } } }`
const LOGIN_QUERY = gql(LOGIN)

let stack: Stack
let person: Person
let stored: Tokens | null
let refreshes: number
let isOffline: boolean

const tokens = {
  get: () => stored,
  set: (next: Tokens | null) => {
    stored = next
  },
}

/** Counts refreshes, and can lose the network. */
const countingFetch: typeof fetch = async (input, init) => {
  if (isOffline) throw new TypeError('fetch failed')
  if (String(init?.body).includes('mutation Refresh')) refreshes += 1
  return await fetch(input, init)
}

beforeAll(async () => {
  stack = await startStack()
})
afterAll(async () => {
  await stack?.stop()
})
beforeEach(async () => {
  person = await registerPerson(stack)
  stored = null
  refreshes = 0
  isOffline = false
})

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
        timeout: 2_000,
      },
    )
    .toBe(401)
}

interface TestedClient {
  logIn(): Promise<void>
  viewer(): Promise<string | undefined>
}

function apollo(): TestedClient {
  const client = new ApolloClient({
    cache: new InMemoryCache({
      possibleTypes: { AuthResult: ['SignedIn', 'VerificationRequired'] },
    }),
    link: createSallyportLink({ uri: stack.client.url, fetch: countingFetch, tokens }),
    defaultOptions: { query: { fetchPolicy: 'network-only' } },
    queryDeduplication: false,
  })
  return {
    logIn: async () => {
      const { email, deviceToken } = person
      const input = { email, password: PASSWORD, deviceToken }
      const { data } = await client.mutate<{ login: { tokens: Tokens } }>({
        mutation: LOGIN_QUERY,
        variables: { input },
      })
      tokens.set(data?.login.tokens ?? null)
    },
    viewer: async () => {
      const { data } = await client.query<{ viewer: { user: { email: string } } }>({
        query: VIEWER,
      })
      return data?.viewer.user.email
    },
  }
}

function urql(): TestedClient {
  const refused = (error: CombinedError) => error.graphQLErrors[0]?.extensions ?? {}
  const client = new Client({
    url: stack.client.url,
    fetch: countingFetch,
    preferGetMethod: false,
    exchanges: [
      authExchange(async ({ appendHeaders, mutate }) => ({
        addAuthToOperation: (operation) =>
          stored === null
            ? operation
            : appendHeaders(operation, { authorization: `Bearer ${stored.accessToken}` }),
        didAuthError: (error) => {
          const { code, reason } = refused(error)
          if (endsSession(code, reason)) tokens.set(null)
          return code === 'UNAUTHENTICATED' && stored !== null
        },
        refreshAuth: async () => {
          const input = { refreshToken: stored?.refreshToken }
          const { data, error } = await mutate(
            'mutation Refresh($input: RefreshInput) { refresh(input: $input) { tokens { accessToken refreshToken } } }',
            { input },
          )
          if (data?.refresh) tokens.set(data.refresh.tokens)
          else if (error && endsSession(refused(error).code, refused(error).reason))
            tokens.set(null)
        },
      })),
      fetchExchange,
    ],
  })
  return {
    logIn: async () => {
      const { email, deviceToken } = person
      const result = await client
        .mutation(LOGIN, { input: { email, password: PASSWORD, deviceToken } })
        .toPromise()
      tokens.set(result.data.login.tokens)
    },
    viewer: async () => {
      const result = await client
        .query(
          'query Viewer { viewer { kind user { id email } } }',
          {},
          { requestPolicy: 'network-only' },
        )
        .toPromise()
      if (result.error) throw result.error
      return result.data?.viewer.user.email
    },
  }
}

for (const [name, create] of [
  ['Apollo Client', apollo],
  ['urql', urql],
] as const) {
  test(`${name}: logs in, and a stale token costs one refresh for many callers, who all go on`, async () => {
    const client = create()
    await client.logIn()
    expect(await client.viewer()).toBe(person.email)
    await makeStale()
    const answers = await Promise.all(Array.from({ length: 10 }, () => client.viewer()))
    expect(answers).toEqual(Array.from({ length: 10 }, () => person.email))
    expect(refreshes).toBe(1)
    expect(await client.viewer()).toBe(person.email)
    expect(refreshes).toBe(1)
  })

  test(`${name}: a network that is away, also during the refresh, keeps the session`, async () => {
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
        timeout: 2_000,
      })
      .toBe(401)
    await expect(client.viewer()).rejects.toThrow()
    expect(stored).toBeNull()
    expect(refreshes).toBe(0)
  })
}
