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

export function bearer(accessToken: string): Record<string, string> {
  return { authorization: `Bearer ${accessToken}` }
}
