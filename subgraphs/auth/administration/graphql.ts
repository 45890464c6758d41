// What admins do with people in the graph. Every write reads the admin's role from the database.
import { gql } from 'graphql-tag'
import type { AuthContext } from '../context.ts'
import { inviteUser } from './invite-user.ts'
import { reinstateUser } from './reinstate-user.ts'
import { resendInvitation } from './resend-invitation.ts'
import { revokeUserSessions } from './revoke-user-sessions.ts'
import { suspendUser } from './suspend-user.ts'
import { updateUser } from './update-user.ts'

export const typeDefs = gql`
  extend type Mutation {
    "Mails an invitation; the user is INVITED until a password was chosen with its link, within 7 days."
    createUser(input: CreateUserInput!): User @policy(policies: [["role:admin"]])
    resendInvitation(input: ResendInvitationInput!): User @policy(policies: [["role:admin"]])
    "Nobody of one's own rank or above, here and below."
    updateUser(input: UpdateUserInput!): User @policy(policies: [["role:admin"]])
    "Ends every session; API keys stop until the user is reinstated."
    suspendUser(input: SuspendUserInput!): User @policy(policies: [["role:admin"]])
    reinstateUser(input: ReinstateUserInput!): User @policy(policies: [["role:admin"]])
    revokeUserSessions(input: RevokeUserSessionsInput!): RevokeUserSessionsPayload
      @policy(policies: [["role:admin"]])
  }

  input CreateUserInput {
    email: String!
    fullName: String
    displayName: String
    "Beside user, which everybody has."
    roles: [String!]
    customClaims: JSONObject
  }

  input ResendInvitationInput {
    id: ID!
  }

  input UpdateUserInput {
    id: ID!
    "Absent: as it is. Empty: none."
    fullName: String
    displayName: String
    "Replaces all of the user's own. Names in lower case; texts, numbers, flags and lists of texts; 1 KB in all."
    customClaims: JSONObject
  }

  input SuspendUserInput {
    id: ID!
    "For other admins."
    reason: String
  }

  input ReinstateUserInput {
    id: ID!
  }

  input RevokeUserSessionsInput {
    userId: ID!
  }

  type RevokeUserSessionsPayload {
    revokedSessionIds: [ID!]!
  }
`

type Input = { readonly input: unknown }

export const resolvers = {
  Mutation: {
    createUser: async (_: unknown, { input }: Input, context: AuthContext) =>
      await inviteUser(context, input),
    resendInvitation: async (_: unknown, { input }: Input, context: AuthContext) =>
      await resendInvitation(context, input),
    updateUser: async (_: unknown, { input }: Input, context: AuthContext) =>
      await updateUser(context, input),
    suspendUser: async (_: unknown, { input }: Input, context: AuthContext) =>
      await suspendUser(context, input),
    reinstateUser: async (_: unknown, { input }: Input, context: AuthContext) =>
      await reinstateUser(context, input),
    revokeUserSessions: async (_: unknown, { input }: Input, context: AuthContext) =>
      await revokeUserSessions(context, input),
  },
}
