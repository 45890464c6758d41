// Passwords in the graph: change one's own, or choose a new one with what was mailed.
import { gql } from 'graphql-tag'
import type { AuthContext } from '../context.ts'
import { changePassword } from './change-password.ts'
import { requestPasswordReset } from './request-password-reset.ts'
import { resetPassword } from './reset-password.ts'

export const typeDefs = gql`
  extend type Mutation {
    "Other sessions end; this one gets new tokens."
    changePassword(input: ChangePasswordInput!): SignedIn @policy(policies: [["session"]])
    "Mails a link and a code. The answer is the same for an address without an account."
    requestPasswordReset(input: RequestPasswordResetInput!): Verification @public(staleCredentials: true)
    "With the link's token, or with verificationId and code. Every session ends, and nobody is signed in."
    resetPassword(input: ResetPasswordInput!): ResetPasswordPayload @public(staleCredentials: true)
  }

  input ChangePasswordInput {
    currentPassword: String!
    "10 to 128 characters."
    newPassword: String!
  }

  input RequestPasswordResetInput {
    email: String!
  }

  input ResetPasswordInput {
    "What stands behind the # of the link: of a reset, or of an invitation."
    token: String
    "From requestPasswordReset, together with code."
    verificationId: ID
    code: String
    "10 to 128 characters."
    newPassword: String!
  }

  type ResetPasswordPayload {
    "The address to log in with now."
    email: String!
  }
`

type Input = { readonly input: unknown }

export const resolvers = {
  Mutation: {
    changePassword: async (_: unknown, { input }: Input, context: AuthContext) =>
      await changePassword(context, input),
    requestPasswordReset: async (_: unknown, { input }: Input, context: AuthContext) =>
      await requestPasswordReset(context, input),
    resetPassword: async (_: unknown, { input }: Input, context: AuthContext) =>
      await resetPassword(context, input),
  },
}
