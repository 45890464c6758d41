import { ApolloClient, InMemoryCache } from '@apollo/client'
import { createSallyportLink } from './apollo-4.ts'
import possibleTypes from './possible-types.json' with { type: 'json' }
import { createSessions } from './sessions.ts'

const url = 'http://localhost:4000/graphql'

export const sessions = createSessions((tokens) => {
  const cache = new InMemoryCache({ possibleTypes })
  return new ApolloClient({ cache, link: createSallyportLink({ url, tokens }) })
})
