// A browser as far as cookies go: it keeps what it is given, sends it back with its Origin, and drops what was cleared.
import type { GraphqlAnswer, GraphqlClient } from './client.ts'

export interface Browser {
  /** Name and value of each cookie it holds; a test may plant one. */
  readonly cookies: Map<string, string>
  send(
    query: string,
    variables?: object,
    headers?: Readonly<Record<string, string>>,
  ): Promise<GraphqlAnswer>
}

/** @param origin of the page that is open in it */
export function createBrowser(client: GraphqlClient, origin: string): Browser {
  const cookies = new Map<string, string>()
  return {
    cookies,
    send: async (query, variables = {}, headers = {}) => {
      const sent = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
      const answer = await client.send(query, variables, {
        origin,
        ...(sent === '' ? {} : { cookie: sent }),
        ...headers,
      })
      for (const line of answer.cookies) {
        const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
        if (/; Max-Age=0(;|$)/.test(line)) cookies.delete(name)
        else cookies.set(name, value)
      }
      return answer
    },
  }
}
