// Passwords in the graph: change one's own, or choose a new one with what was mailed.

import { gql } from 'graphql-tag'
import type { Resolvers } from '../generated.ts'
import { issueTokens } from '../sessions/issue-tokens.ts'
import { changePassword } from './change-password.ts'
import { requestPasswordReset } from './request-password-reset.ts'
import { resetPassword } from './reset-password.ts'

export const typeDefs = gql`
  extend type Mutation {
    """
    Changes one's password. Other sessions end; this one gets new tokens. INVALID_CREDENTIALS when
    currentPassword is wrong, WEAK_PASSWORD, RATE_LIMITED.
    """
    changePassword(
      "The arguments."
      input: ChangePasswordInput!
    ): SignedIn @policy(policies: [["session"]])
      @credentials(sets: ["session"])
    "Mails a link and a code. The answer is the same for an e-mail address without an account. RATE_LIMITED."
    requestPasswordReset(
      "The arguments."
      input: RequestPasswordResetInput!
    ): Verification @public(staleCredentials: true)
    """
    Sets a new password with the link's token, or with verificationId and code. Every session ends,
    and nobody is signed in. VERIFICATION_FAILED, WEAK_PASSWORD.
    """
    resetPassword(
      "The arguments."
      input: ResetPasswordInput!
    ): ResetPasswordPayload @public(staleCredentials: true)
  }

  "The present password and the next one."
  input ChangePasswordInput {
    "The present password."
    currentPassword: String!
    "10 to 128 characters, and not one that is easily guessed."
    newPassword: String!
  }

  "Whose password is to be reset."
  input RequestPasswordResetInput {
    "The primary e-mail address of the account, at most 254 characters."
    email: String!
  }

  "Either token, or verificationId with code."
  input ResetPasswordInput {
    "What stands after the # of the link of a reset or an invitation."
    token: String
    "From requestPasswordReset; needs code."
    verificationId: ID
    "The e-mailed code, 8 digits; needs verificationId."
    code: String
    "10 to 128 characters, and not one that is easily guessed."
    newPassword: String!
  }

  "The password was set."
  type ResetPasswordPayload {
    "The e-mail address to log in with now."
    email: String!
  }
`

export const resolvers = {
  Mutation: {
    changePassword: async (_, { input }, context) =>
      await issueTokens(context, await changePassword(context.deps, context, input)),
    requestPasswordReset: async (_, { input }, context) =>
      await requestPasswordReset(context.deps, context, input),
    resetPassword: async (_, { input }, context) =>
      await resetPassword(context.deps, context, input),
  },
} satisfies Resolvers
