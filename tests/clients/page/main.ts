// An application's page with the documented clients; a test presses its buttons from outside.
import { ApolloClient, gql, InMemoryCache } from '@apollo/client'
import { createSallyportLink } from '../apollo-4.ts'
import { createCookieLink } from '../apollo-4-cookies.ts'
import type { Tokens } from '../refresh-once.ts'
import { createCookieClient } from '../urql-cookies.ts'

export interface Application {
  /** The data, or what the client fails with. */
  send(client: 'apollo' | 'urql' | 'bearer', query: string, variables?: object): Promise<any>
  open(url: string): void
}

let clients: Record<string, (query: string, variables: object) => Promise<unknown>> = {}

const application: Application = {
  open: (url) => {
    let pair: Tokens | null = null
    const tokens = {
      get: () => pair,
      set: (next: Tokens | null) => {
        pair = next
      },
    }
    const urql = createCookieClient({ url })
    clients = {
      apollo: apollo(createCookieLink({ url })),
      bearer: async (query, variables) => {
        const data: any = await apollo(createSallyportLink({ url, tokens }))(query, variables)
        if (data.login) pair = data.login.tokens
        return data
      },
      urql: async (query, variables) => {
        const document = gql(query)
        const isMutation = query.startsWith('mutation')
        const result = await (isMutation
          ? urql.mutation(document, variables)
          : urql.query(document, variables, { requestPolicy: 'network-only' })
        ).toPromise()
        if (result.error) throw result.error
        return result.data
      },
    }
  },
  send: async (client, query, variables = {}) => await clients[client]?.(query, variables),
}
Object.assign(globalThis, { application })

function apollo(link: ReturnType<typeof createCookieLink>) {
  const possibleTypes = { AuthResult: ['SignedIn', 'VerificationRequired'] }
  const client = new ApolloClient({ cache: new InMemoryCache({ possibleTypes }), link })
  return async (query: string, variables: object): Promise<unknown> => {
    const document = gql(query)
    const { data } = query.startsWith('mutation')
      ? await client.mutate({ mutation: document, variables })
      : await client.query({ query: document, variables, fetchPolicy: 'network-only' })
    return data
  }
}
