// Apollo Client 4 with a session in cookies, as docs/frontends.md shows it.
import { ApolloLink, CombinedGraphQLErrors, HttpLink, Observable } from '@apollo/client'
import { SetContextLink } from '@apollo/client/link/context'
import { ErrorLink } from '@apollo/client/link/error'
import { type CookieOptions, createCookieSession } from './cookie-session.ts'
import { endsSession } from './refresh-once.ts'

export function createCookieLink({ url, send = fetch }: CookieOptions): ApolloLink {
  const session = createCookieSession({ url, send })

  const csrf = new SetContextLink(async ({ headers }, { operationType }) => {
    if (operationType !== 'mutation') return {}
    const token = await session.csrfToken()
    return token === null ? {} : { headers: { ...headers, 'x-csrf-token': token } }
  })

  const renew = new ErrorLink(({ error, operation, forward }) => {
    if (!CombinedGraphQLErrors.is(error) || operation.getContext().isRetry) return
    const { code, reason } = error.errors[0]?.extensions ?? {}
    if (endsSession(code, reason)) return
    if (code !== 'UNAUTHENTICATED' && code !== 'CSRF_FAILED') return
    session.forgetCsrfToken()
    operation.setContext({ isRetry: true })
    if (code === 'CSRF_FAILED') return forward(operation)
    return new Observable((observer) => {
      session.refreshOnce().then(
        (isSignedIn) =>
          isSignedIn ? forward(operation).subscribe(observer) : observer.error(error),
        (failure) => observer.error(failure),
      )
    })
  })

  const http = new HttpLink({ uri: url, fetch: send, credentials: 'include' })
  return ApolloLink.from([renew, csrf, http])
}
