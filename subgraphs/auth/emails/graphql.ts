// E-mail addresses in the graph: several a person, one of them primary, every change told to those it takes something from.

import type { Rules } from '@sallyport/claims/rules'
import { gql } from 'graphql-tag'
import type { Resolvers } from '../generated.ts'
import { ownOrAdmin } from '../users/own-or-admin.ts'
import { emailsOf, type UserEmail } from '../users/user-email.ts'
import { addEmail } from './add-email.ts'
import { removeEmail } from './remove-email.ts'
import { setPrimaryEmail } from './set-primary-email.ts'
import { undoEmailChange } from './undo-email-change.ts'
import { verifyEmail } from './verify-email.ts'

export const typeDefs = gql`
  extend type Mutation {
    """
    Mails a code to a further e-mail address; verifyEmail adds it. Needs a sign-in within the last
    15 minutes. CONFLICT when the account has too many, RATE_LIMITED.
    """
    addEmail(
      "The arguments."
      input: AddEmailInput!
    ): Verification @policy(policies: [["session", "fresh:900"]])
    "Adds the e-mail address whose code is proved. VERIFICATION_FAILED with attemptsRemaining."
    verifyEmail(
      "The arguments."
      input: VerifyEmailInput!
    ): UserEmail @policy(policies: [["session"]])
    """
    Makes a verified e-mail address of one's own the primary one. The one before gets a mail, and
    can undo the change for 72 hours unless it was itself replaced just before. Needs a sign-in
    within the last 15 minutes. NOT_FOUND, CONFLICT.
    """
    setPrimaryEmail(
      "The arguments."
      input: SetPrimaryEmailInput!
    ): User @policy(policies: [["session", "fresh:900"]])
    """
    Removes an e-mail address other than the primary one. The removed one gets a mail, and can undo
    the change for 72 hours. Needs a sign-in within the last 15 minutes. NOT_FOUND, CONFLICT.
    """
    removeEmail(
      "The arguments."
      input: RemoveEmailInput!
    ): User @policy(policies: [["session", "fresh:900"]])
    """
    What the mailed link does: the e-mail addresses are as they were, every session ends, and the
    password becomes void. VERIFICATION_FAILED for a link that is used or expired.
    """
    undoEmailChange(
      "The arguments."
      input: UndoEmailChangeInput!
    ): AccountSecured @public(staleCredentials: true)
  }

  extend type User {
    "Every e-mail address of the person, for oneself and admins."
    emails: [UserEmail!] @authenticated
  }

  "An e-mail address of a person. Each belongs to one account at most."
  type UserEmail {
    "Id of this entry."
    id: ID!
    "The e-mail address."
    email: String!
    "Whether it is the login name."
    primary: Boolean!
    "When it was proved. Null: it came with an invitation or an import and has not been proved yet."
    verifiedAt: DateTime
    "When it was added."
    createdAt: DateTime!
  }

  "The account was taken back: every session has ended and the password is void."
  type AccountSecured {
    "Pass it to resetPassword with a new password. Works for one hour."
    resetToken: String!
  }

  "A further e-mail address."
  input AddEmailInput {
    "At most 254 characters."
    email: String!
  }

  "The code that was mailed to the new e-mail address."
  input VerifyEmailInput {
    "Id of the verification that addEmail returned."
    verificationId: ID!
    "The e-mailed code, 8 digits."
    code: String!
  }

  "Which e-mail address becomes the primary one."
  input SetPrimaryEmailInput {
    "Id of the UserEmail."
    id: ID!
  }

  "Which e-mail address is removed."
  input RemoveEmailInput {
    "Id of the UserEmail."
    id: ID!
  }

  "The token of the mailed link."
  input UndoEmailChangeInput {
    "What stands after the # of the link."
    token: String!
  }
`
export type ShownEmail = UserEmail & { readonly primary: boolean }

export const resolvers = {
  Mutation: {
    addEmail: async (_, { input }, context) => await addEmail(context.deps, context, input),
    // A new address is never the primary one.
    verifyEmail: async (_, { input }, context) =>
      Object.assign(await verifyEmail(context.deps, context, input), { primary: false }),
    setPrimaryEmail: async (_, { input }, context) =>
      await setPrimaryEmail(context.deps, context, input),
    removeEmail: async (_, { input }, context) => await removeEmail(context.deps, context, input),
    undoEmailChange: async (_, { input }, context) =>
      await undoEmailChange(context.deps, context, input),
  },
  User: {
    emails: async (user, _, { deps }) =>
      (await emailsOf(deps.db, user.id)).map((email) =>
        Object.assign(email, { primary: email.email_normalized === user.email_normalized }),
      ),
  },
  UserEmail: {
    verifiedAt: (email) => email.verified_at,
    createdAt: (email) => email.created_at,
  },
} satisfies Resolvers

export const rules = { User: { emails: ownOrAdmin } } as unknown as Rules
