// Apollo Client 4 with Sallyport, as docs/frontends.md shows it: one refresh for many callers, one retry for each.
import { ApolloLink, CombinedGraphQLErrors, HttpLink, Observable } from '@apollo/client'
import { SetContextLink } from '@apollo/client/link/context'
import { ErrorLink } from '@apollo/client/link/error'
import { createRefreshOnce, endsSession, type SallyportOptions } from './refresh-once.ts'

export function createSallyportLink({ url, tokens, send = fetch }: SallyportOptions): ApolloLink {
  const refreshOnce = createRefreshOnce({ url, tokens, send })

  const bearer = new SetContextLink(({ headers }) => {
    const accessToken = tokens.get()?.accessToken
    if (accessToken === undefined) return {}
    return { accessToken, headers: { ...headers, authorization: `Bearer ${accessToken}` } }
  })

  const renew = new ErrorLink(({ error, operation, forward }) => {
    if (!CombinedGraphQLErrors.is(error)) return
    const { code, reason } = error.errors[0]?.extensions ?? {}
    if (endsSession(code, reason)) return tokens.set(null)
    const { accessToken, isRetry } = operation.getContext()
    if (code !== 'UNAUTHENTICATED' || accessToken === undefined || isRetry) return
    operation.setContext({ isRetry: true })
    return new Observable((observer) => {
      refreshOnce(accessToken).then(
        (isRefreshed) =>
          isRefreshed ? forward(operation).subscribe(observer) : observer.error(error),
        (failure) => observer.error(failure),
      )
    })
  })

  // A retried operation passes `bearer` again, and so carries the new token.
  return ApolloLink.from([renew, bearer, new HttpLink({ uri: url, fetch: send })])
}
