// Taking an account back, in the graph.

import { gql } from 'graphql-tag'
import type { Resolvers } from '../generated.ts'
import { denySession } from './deny-session.ts'

export const typeDefs = gql`
  extend type Mutation {
    """
    What the link in the mail about a new device does: every session ends and the password becomes
    void. VERIFICATION_FAILED for a link that is used or expired.
    """
    denySession(
      "The arguments."
      input: DenySessionInput!
    ): AccountSecured @public(staleCredentials: true)
  }

  "The token of the mailed link."
  input DenySessionInput {
    "What stands after the # of the link."
    token: String!
  }
`

export const resolvers = {
  Mutation: {
    denySession: async (_, { input }, context) => await denySession(context.deps, context, input),
  },
} satisfies Resolvers
