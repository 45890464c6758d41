// The tokens of a client: one refresh for many callers. Shown in docs/frontends.md, used by each client here.
export interface Tokens {
  readonly accessToken: string
  readonly refreshToken: string
}

/** Where the app keeps its pair; null: signed out. */
export interface TokenStore {
  get(): Tokens | null
  set(tokens: Tokens | null): void
}

export interface SallyportOptions {
  readonly url: string
  readonly tokens: TokenStore
  /** Default: the global `fetch`. */
  readonly send?: typeof fetch
}

interface RefreshAnswer {
  readonly data?: { readonly refresh: { readonly tokens: Tokens } | null } | null
  readonly errors?: readonly { readonly extensions: Readonly<Record<string, unknown>> }[]
}

const REFRESH = `mutation Refresh($input: RefreshInput) {
  refresh(input: $input) { tokens { accessToken refreshToken } }
}`

/** Only these two end a session on the client; everything else, network errors included, keeps it. */
export function endsSession(code: unknown, reason: unknown): boolean {
  return code === 'INVALID_REFRESH_TOKEN' || reason === 'SESSION_REVOKED'
}

/** @returns a function that resolves to whether there is a new token to try; it rejects when the network is away */
export function createRefreshOnce({ url, tokens, send = fetch }: SallyportOptions) {
  let running: Promise<boolean> | null = null

  return function refreshOnce(refusedToken: string): Promise<boolean> {
    const held = tokens.get()
    // Another caller may have refreshed since this one was sent: then there is a new token already.
    if (held?.accessToken !== refusedToken) return Promise.resolve(held !== null)
    running ??= refresh(held).finally(() => {
      running = null
    })
    return running
  }

  // It goes past the client, so that it does not wait for itself.
  async function refresh({ refreshToken }: Tokens): Promise<boolean> {
    const response = await send(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: REFRESH, variables: { input: { refreshToken } } }),
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
}
