// A session in cookies, as a page knows it: its CSRF token, and one refresh for many callers. Shown in docs/frontends.md.
interface Answer {
  readonly data?: Readonly<Record<string, { readonly csrfToken: string | null } | null>> | null
}

export interface CookieOptions {
  readonly url: string
  /** Default: the global `fetch`. */
  readonly send?: typeof fetch
}

export function createCookieSession({ url, send = fetch }: CookieOptions) {
  let csrfToken: string | null = null
  let running: Promise<boolean> | null = null

  // It goes past the client, so that it does not wait for itself.
  async function ask(query: string): Promise<boolean> {
    const response = await send(url, {
      method: 'POST',
      credentials: 'include',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query }),
    })
    const { data } = (await response.json()) as Answer
    const [answered] = Object.values(data ?? {})
    csrfToken = answered?.csrfToken ?? null
    return csrfToken !== null
  }

  return {
    /** What a mutation sends as `X-CSRF-Token`; null while nobody is signed in. */
    async csrfToken(): Promise<string | null> {
      if (csrfToken === null) await ask('{ viewer { csrfToken } }')
      return csrfToken
    },
    forgetCsrfToken(): void {
      csrfToken = null
    },
    /** Whether there is a session to go on with; it rejects when the network is away. */
    refreshOnce(): Promise<boolean> {
      running ??= ask('mutation { refresh { csrfToken } }').finally(() => {
        running = null
      })
      return running
    },
  }
}
