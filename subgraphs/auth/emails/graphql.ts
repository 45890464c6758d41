// E-mail addresses in the graph: several a person, one of them primary, every change told to those it takes something from.
import type { Rules } from '@sallyport/claims/rules'
import { gql } from 'graphql-tag'
import type { AuthContext } from '../context.ts'
import { ownOrAdmin } from '../users/own-or-admin.ts'
import type { UserWithRoles } from '../users/user.ts'
import { emailsOf, type UserEmail } from '../users/user-email.ts'
import { addEmail } from './add-email.ts'
import { removeEmail } from './remove-email.ts'
import { setPrimaryEmail } from './set-primary-email.ts'
import { undoEmailChange } from './undo-email-change.ts'
import { verifyEmail } from './verify-email.ts'

export const typeDefs = gql`
  extend type Mutation {
    "Mails a code to the address; verifyEmail adds it. Needs a sign-in of the last 15 minutes, as the next ones do."
    addEmail(input: AddEmailInput!): Verification @policy(policies: [["session", "fresh:900"]])
    verifyEmail(input: VerifyEmailInput!): UserEmail @policy(policies: [["session"]])
    "A verified address of one's own. The one before is told, and can undo it for 72 hours, unless it was put in the place of this one just before."
    setPrimaryEmail(input: SetPrimaryEmailInput!): User @policy(policies: [["session", "fresh:900"]])
    "Any but the primary one, which is told and can undo it for 72 hours."
    removeEmail(input: RemoveEmailInput!): User @policy(policies: [["session", "fresh:900"]])
    "What the mailed link does: addresses are as they were, every session ends, the password is void."
    undoEmailChange(input: UndoEmailChangeInput!): AccountSecured @public(staleCredentials: true)
  }

  extend type User {
    emails: [UserEmail!] @authenticated
  }

  "An address of a person. Each belongs to one account at most."
  type UserEmail {
    id: ID!
    email: String!
    primary: Boolean!
    "null: made by an invitation or an import, and not proved yet."
    verifiedAt: DateTime
    createdAt: DateTime!
  }

  "The account was taken back: every session has ended and the password is void."
  type AccountSecured {
    "Give it to resetPassword with a new password. Works for an hour."
    resetToken: String!
  }

  input AddEmailInput {
    email: String!
  }

  input VerifyEmailInput {
    verificationId: ID!
    code: String!
  }

  input SetPrimaryEmailInput {
    id: ID!
  }

  input RemoveEmailInput {
    id: ID!
  }

  input UndoEmailChangeInput {
    "What stands behind the # of the link."
    token: String!
  }
`

type Input = { readonly input: unknown }
type Shown = UserEmail & { readonly primary: boolean }

export const resolvers = {
  Mutation: {
    addEmail: async (_: unknown, { input }: Input, context: AuthContext) =>
      await addEmail(context, input),
    // A new address is never the primary one.
    verifyEmail: async (_: unknown, { input }: Input, context: AuthContext) =>
      Object.assign(await verifyEmail(context, input), { primary: false }),
    setPrimaryEmail: async (_: unknown, { input }: Input, context: AuthContext) =>
      await setPrimaryEmail(context, input),
    removeEmail: async (_: unknown, { input }: Input, context: AuthContext) =>
      await removeEmail(context, input),
    undoEmailChange: async (_: unknown, { input }: Input, context: AuthContext) =>
      await undoEmailChange(context, input),
  },
  User: {
    emails: async (user: UserWithRoles, _: unknown, { deps }: AuthContext): Promise<Shown[]> =>
      (await emailsOf(deps.db, user.id)).map((email) =>
        Object.assign(email, { primary: email.email_normalized === user.email_normalized }),
      ),
  },
  UserEmail: {
    verifiedAt: (email: UserEmail) => email.verified_at,
    createdAt: (email: UserEmail) => email.created_at,
  },
}

export const rules = { User: { emails: ownOrAdmin } } as unknown as Rules
