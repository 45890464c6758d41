// urql with Sallyport, as docs/frontends.md shows it: `authExchange` holds the other operations back while it refreshes.
import { Client, cacheExchange, fetchExchange } from '@urql/core'
import { authExchange } from '@urql/exchange-auth'
import { createRefreshOnce, endsSession, type SallyportOptions } from './refresh-once.ts'

export function createSallyportClient({ url, tokens, send = fetch }: SallyportOptions): Client {
  const refreshOnce = createRefreshOnce({ url, tokens, send })

  const authenticate = authExchange(async ({ appendHeaders }) => ({
    addAuthToOperation: (operation) => {
      const accessToken = tokens.get()?.accessToken
      if (accessToken === undefined) return operation
      return appendHeaders(operation, { authorization: `Bearer ${accessToken}` })
    },
    didAuthError: (error) => {
      const { code, reason } = error.graphQLErrors[0]?.extensions ?? {}
      if (endsSession(code, reason)) tokens.set(null)
      return code === 'UNAUTHENTICATED' && tokens.get() !== null
    },
    refreshAuth: async () => {
      await refreshOnce(tokens.get()?.accessToken ?? '')
    },
  }))

  return new Client({
    url,
    fetch: send,
    preferGetMethod: false,
    exchanges: [cacheExchange, authenticate, fetchExchange],
  })
}
