// What a test sends and sees: GraphQL over HTTP as any client would.
export interface GraphqlAnswer {
  readonly status: number
  readonly headers: Headers
  readonly cookies: readonly string[]
  readonly data: any
  readonly errors: readonly GraphqlAnswerError[]
  /** The first error's code. */
  readonly code: string | undefined
  readonly text: string
}

export interface GraphqlAnswerError {
  readonly message: string
  readonly path?: readonly (string | number)[]
  readonly extensions: Readonly<Record<string, unknown>> & { readonly code: string }
}

export interface GraphqlClient {
  readonly url: string
  send(
    query: string,
    variables?: object,
    headers?: Readonly<Record<string, string>>,
  ): Promise<GraphqlAnswer>
}

export function createClient(gatewayUrl: string): GraphqlClient {
  const url = `${gatewayUrl}/graphql`
  return {
    url,
    send: async (query, variables = {}, headers = {}) => {
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify({ query, variables }),
      })
      const text = await response.text()
      const body = JSON.parse(text) as { data?: unknown; errors?: GraphqlAnswerError[] }
      const errors = body.errors ?? []
      response.headers.getSetCookie().forEach(requireSafeCookie)
      return {
        status: response.status,
        headers: response.headers,
        cookies: response.headers.getSetCookie(),
        data: body.data,
        errors,
        code: errors[0]?.extensions.code,
        text,
      }
    },
  }
}

/** Status, headers and body of an answer without what differs between any two: equal texts tell nobody apart. */
export function sameness({ status, headers, text }: GraphqlAnswer): string {
  const lines = [...headers].filter(([name]) => name !== 'date' && name !== 'x-request-id')
  return JSON.stringify([status, lines, text.replace(/"requestId":"[^"]*"/g, '')])
}

const SAFE_COOKIE = /^__Host-[a-z]+=[^;]*; Path=\/; Max-Age=\d+; Secure; SameSite=Lax(; HttpOnly)?$/

/** Every cookie of every test (RFC 6265bis 4.1.3.2): bound to its host, and for scripts only where it must be. */
function requireSafeCookie(line: string): void {
  const isForScripts = line.startsWith('__Host-csrf=')
  const isSafe = SAFE_COOKIE.test(line) && line.endsWith('; HttpOnly') !== isForScripts
  if (!isSafe || line.length >= 4096) throw new Error(`an unsafe cookie: ${line}`)
}

export function bearer(accessToken: string): Record<string, string> {
  return { authorization: `Bearer ${accessToken}` }
}
