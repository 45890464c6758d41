// Apollo Client 3 with Sallyport: as with 4, but a refusal (401) is a network error here, with the codes in its result.
import { ApolloLink, HttpLink, Observable } from 'apollo-client-3/core/index.js'
import { setContext } from 'apollo-client-3/link/context/index.js'
import { type ErrorResponse, onError } from 'apollo-client-3/link/error/index.js'
import { createRefreshOnce, endsSession, type SallyportOptions } from './refresh-once.ts'

export function createSallyportLink({ url, tokens, send = fetch }: SallyportOptions): ApolloLink {
  const refreshOnce = createRefreshOnce({ url, tokens, send })

  const bearer = setContext((_, { headers }) => {
    const accessToken = tokens.get()?.accessToken
    if (accessToken === undefined) return {}
    return { accessToken, headers: { ...headers, authorization: `Bearer ${accessToken}` } }
  })

  const renew = onError((failed) => {
    const { operation, forward } = failed
    const { code, reason } = extensionsOf(failed)
    if (endsSession(code, reason)) return tokens.set(null)
    const { accessToken, isRetry } = operation.getContext()
    if (code !== 'UNAUTHENTICATED' || accessToken === undefined || isRetry) return
    operation.setContext({ isRetry: true })
    return new Observable((observer) => {
      refreshOnce(accessToken).then(
        (isRefreshed) =>
          isRefreshed
            ? forward(operation).subscribe(observer)
            : observer.error(failed.networkError),
        (failure) => observer.error(failure),
      )
    })
  })

  return ApolloLink.from([renew, bearer, new HttpLink({ uri: url, fetch: send })])
}

function extensionsOf({ graphQLErrors, networkError }: ErrorResponse): Record<string, unknown> {
  const { result } = (networkError ?? {}) as { result?: { errors?: typeof graphQLErrors } }
  return (graphQLErrors ?? result?.errors)?.[0]?.extensions ?? {}
}
