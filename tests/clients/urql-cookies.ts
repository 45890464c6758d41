// urql with a session in cookies, as docs/frontends.md shows it.
import { Client, cacheExchange, fetchExchange } from '@urql/core'
import { authExchange } from '@urql/exchange-auth'
import { type CookieOptions, createCookieSession } from './cookie-session.ts'
import { endsSession } from './refresh-once.ts'

export function createCookieClient({ url, send = fetch }: CookieOptions): Client {
  const session = createCookieSession({ url, send })

  const authenticate = authExchange(async ({ appendHeaders }) => {
    let csrfToken = await session.csrfToken()
    let mustRefresh = false
    return {
      addAuthToOperation: (operation) => {
        if (operation.kind !== 'mutation' || csrfToken === null) return operation
        return appendHeaders(operation, { 'x-csrf-token': csrfToken })
      },
      didAuthError: (error) => {
        const { code, reason } = error.graphQLErrors[0]?.extensions ?? {}
        if (endsSession(code, reason)) return false
        mustRefresh = code === 'UNAUTHENTICATED'
        return mustRefresh || code === 'CSRF_FAILED'
      },
      refreshAuth: async () => {
        session.forgetCsrfToken()
        if (mustRefresh) await session.refreshOnce()
        csrfToken = await session.csrfToken()
      },
    }
  })

  return new Client({
    url,
    fetch: send,
    fetchOptions: { credentials: 'include' },
    preferGetMethod: false,
    exchanges: [cacheExchange, authenticate, fetchExchange],
  })
}
