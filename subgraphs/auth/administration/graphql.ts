// What admins do with people in the graph. Every write reads the admin's role from the database.

import { gql } from 'graphql-tag'
import type { Resolvers } from '../generated.ts'
import { inviteUser } from './invite-user.ts'
import { reinstateUser } from './reinstate-user.ts'
import { resendInvitation } from './resend-invitation.ts'
import { resetUserFactors } from './reset-user-factors.ts'
import { revokeUserSessions } from './revoke-user-sessions.ts'
import { suspendUser } from './suspend-user.ts'
import { updateUser } from './update-user.ts'

export const typeDefs = gql`
  extend type Mutation {
    """
    Mails an invitation. The user is INVITED until a password is chosen with its link, within 7
    days. CONFLICT for an e-mail address that has an account, FORBIDDEN for roles at or above one's
    own rank, RATE_LIMITED.
    """
    createUser(
      "The arguments."
      input: CreateUserInput!
    ): User @policy(policies: [["role:admin"]])
    """
    Mails the invitation again; links before it stop working. CONFLICT when the invitation was
    accepted, NOT_FOUND, RATE_LIMITED.
    """
    resendInvitation(
      "The arguments."
      input: ResendInvitationInput!
    ): User @policy(policies: [["role:admin"]])
    "Changes names and claims of somebody below one's own rank. NOT_FOUND, FORBIDDEN."
    updateUser(
      "The arguments."
      input: UpdateUserInput!
    ): User @policy(policies: [["role:admin"]])
    """
    Ends every session of somebody below one's own rank; API keys stop until the user is reinstated.
    NOT_FOUND, FORBIDDEN, CONFLICT.
    """
    suspendUser(
      "The arguments."
      input: SuspendUserInput!
    ): User @policy(policies: [["role:admin"]])
    "Lets a suspended person sign in again. NOT_FOUND, FORBIDDEN, CONFLICT."
    reinstateUser(
      "The arguments."
      input: ReinstateUserInput!
    ): User @policy(policies: [["role:admin"]])
    "Ends every session of somebody below one's own rank. NOT_FOUND, FORBIDDEN."
    revokeUserSessions(
      "The arguments."
      input: RevokeUserSessionsInput!
    ): RevokeUserSessionsPayload @policy(policies: [["role:admin"]])
    """
    Removes every further factor and all recovery codes of somebody below one's own rank who has lost them, ends
    their sessions, and tells them by mail. Needs a sign-in within the last 10 minutes, and the admin's own further
    factor where they hold one. NOT_FOUND, FORBIDDEN, STEP_UP_REQUIRED.
    """
    resetUserFactors(
      "The arguments."
      input: ResetUserFactorsInput!
    ): User @policy(policies: [["role:admin", "session", "fresh:600"]])
  }

  "Somebody to invite."
  input CreateUserInput {
    "E-mail address that the invitation goes to, at most 254 characters."
    email: String!
    "At most 200 characters, seen by the person and admins."
    fullName: String
    "At most 200 characters, seen by everybody."
    displayName: String
    "Roles beside user, which everybody has. At most 20."
    roles: [String!]
    """
    Claims for this person's tokens. Names in lower case; strings, numbers, booleans and lists of
    strings; 1 KB in all.
    """
    customClaims: JSONObject
  }

  "Whose invitation is sent again."
  input ResendInvitationInput {
    "Id of the user."
    id: ID!
  }

  "What changes on a user; what is absent stays as it is."
  input UpdateUserInput {
    "Id of the user."
    id: ID!
    "At most 200 characters. Absent: as it is. Empty: removed."
    fullName: String
    "At most 200 characters. Absent: as it is. Empty: removed."
    displayName: String
    """
    Replaces all of the user's own claims. Names in lower case; strings, numbers, booleans and lists
    of strings; 1 KB in all.
    """
    customClaims: JSONObject
  }

  "Whose account is stopped, and why."
  input SuspendUserInput {
    "Id of the user."
    id: ID!
    "For other admins, at most 500 characters."
    reason: String
  }

  "Whose account is opened again."
  input ReinstateUserInput {
    "Id of the user."
    id: ID!
  }

  "Whose sessions end."
  input RevokeUserSessionsInput {
    "Id of the user."
    userId: ID!
  }

  "Whose further factors are removed."
  input ResetUserFactorsInput {
    "Id of the user."
    userId: ID!
  }

  "What was ended."
  type RevokeUserSessionsPayload {
    "Ids of the sessions that this call ended; empty when none was open."
    revokedSessionIds: [ID!]!
  }
`

export const resolvers = {
  Mutation: {
    createUser: async (_, { input }, context) => await inviteUser(context.deps, context, input),
    resendInvitation: async (_, { input }, context) =>
      await resendInvitation(context.deps, context, input),
    updateUser: async (_, { input }, context) => await updateUser(context.deps, context, input),
    suspendUser: async (_, { input }, context) => await suspendUser(context.deps, context, input),
    reinstateUser: async (_, { input }, context) =>
      await reinstateUser(context.deps, context, input),
    resetUserFactors: async (_, { input }, context) =>
      await resetUserFactors(context.deps, context, input),
    revokeUserSessions: async (_, { input }, context) =>
      await revokeUserSessions(context.deps, context, input),
  },
} satisfies Resolvers
