// Apollo Client 4 with Sallyport, as docs/frontends.md shows it: one refresh for many callers, one retry for each.
import { ApolloLink, CombinedGraphQLErrors, HttpLink, Observable } from '@apollo/client'
import { SetContextLink } from '@apollo/client/link/context'
import { ErrorLink } from '@apollo/client/link/error'

export interface Tokens {
  accessToken: string
  refreshToken: string
}

export interface SallyportLinkOptions {
  readonly uri: string
  readonly fetch?: typeof fetch
  /** The stored pair; null: signed out. */
  readonly tokens: { get(): Tokens | null; set(tokens: Tokens | null): void }
}

interface RefreshAnswer {
  readonly data?: { readonly refresh: { readonly tokens: Tokens } | null } | null
  readonly errors?: readonly {
    readonly extensions: { readonly code: string; readonly reason?: string }
  }[]
}

const REFRESH = `mutation Refresh($input: RefreshInput) {
  refresh(input: $input) { tokens { accessToken refreshToken } }
}`

/** Only these two end a session on the client; everything else, network errors included, keeps it. */
export function endsSession(code: unknown, reason: unknown): boolean {
  return code === 'INVALID_REFRESH_TOKEN' || reason === 'SESSION_REVOKED'
}

export function createSallyportLink({
  uri,
  tokens,
  fetch: send = fetch,
}: SallyportLinkOptions): ApolloLink {
  let refreshing: Promise<boolean> | null = null

  async function refresh(): Promise<boolean> {
    const current = tokens.get()
    if (current === null) return false
    const response = await send(uri, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        query: REFRESH,
        variables: { input: { refreshToken: current.refreshToken } },
      }),
    })
    const { data, errors } = (await response.json()) as RefreshAnswer
    if (data?.refresh) {
      tokens.set(data.refresh.tokens)
      return true
    }
    const { code, reason } = errors?.[0]?.extensions ?? {}
    if (endsSession(code, reason)) tokens.set(null)
    return false
  }

  const authorization = new SetContextLink(({ headers }) => {
    const current = tokens.get()
    return current === null
      ? {}
      : { headers: { ...headers, authorization: `Bearer ${current.accessToken}` } }
  })

  const refreshOnce = new ErrorLink(({ error, operation, forward }) => {
    if (!CombinedGraphQLErrors.is(error)) return
    const { code, reason } = error.errors[0]?.extensions ?? {}
    if (endsSession(code, reason)) tokens.set(null)
    const { isRetried, headers } = operation.getContext()
    const held = tokens.get()
    if (code !== 'UNAUTHENTICATED' || held === null || isRetried) return
    operation.setContext({ isRetried: true })
    // Another caller may have refreshed since this one was sent: then there is a new token to try already.
    if (headers?.authorization !== `Bearer ${held.accessToken}`) return forward(operation)
    refreshing ??= refresh().finally(() => {
      refreshing = null
    })
    return new Observable((observer) => {
      refreshing?.then(
        (isRefreshed) =>
          isRefreshed ? forward(operation).subscribe(observer) : observer.error(error),
        (failure) => observer.error(failure),
      )
    })
  })

  // A retried operation passes `authorization` again, and so carries the new token.
  return ApolloLink.from([refreshOnce, authorization, new HttpLink({ uri, fetch: send })])
}
