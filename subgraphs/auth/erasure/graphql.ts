// Erasure in the graph: delete an account, and see what became of it with nothing but the receipt.

import type { Rules } from '@sallyport/claims/rules'
import { gql } from 'graphql-tag'
import { id, type Limits, parseInput } from '../core/input.ts'
import type { QueryErasureStatusArgs, Resolvers } from '../generated.ts'
import { adminAlone } from '../users/own-or-admin.ts'
import { confirmAccountDeletion, deleteAccount } from './delete-account.ts'
import { deleteUser } from './delete-user.ts'
import { findErasure, listErasures } from './list-erasures.ts'

export const typeDefs = gql`
  extend type Query {
    "What became of a deleted account, for anyone who holds the receipt. Null: there is no such receipt."
    erasureStatus(
      "The receipt that deleting the account returned."
      receiptId: ID!
    ): Erasure @public
    "Every erasure, newest first, for admins."
    erasures(
      "How many from the start, 1 to 100. Default 20."
      first: Int
      "A cursor: the page begins after it. Goes with first."
      after: String
      "How many from the end, 1 to 100."
      last: Int
      "A cursor: the page ends before it. Goes with last."
      before: String
      "Only erasures that match all of it. Default: all."
      filter: ErasureFilter
    ): ErasureConnection! @policy(policies: [["role:admin"]])
  }

  extend type Mutation {
    """
    Begins the end of one's own account: mails a code, and ends nothing yet. Needs a sign-in within
    the last 10 minutes. LAST_ADMIN; CONFLICT while the primary e-mail address can still be undone;
    RATE_LIMITED.
    """
    deleteAccount: VerificationRequired @policy(policies: [["session", "fresh:600"]])
    """
    Ends every session and API key at once, and has every service remove the person's data.
    VERIFICATION_FAILED with attemptsRemaining, LAST_ADMIN, CONFLICT.
    """
    confirmAccountDeletion(
      "The arguments."
      input: ConfirmAccountDeletionInput!
    ): AccountDeletion @policy(policies: [["session"]])
    """
    Deletes the account of somebody below one's own rank, as confirmAccountDeletion does. Needs a
    sign-in within the last 10 minutes. NOT_FOUND, FORBIDDEN.
    """
    deleteUser(
      "The arguments."
      input: DeleteUserInput!
    ): AccountDeletion @policy(policies: [["role:admin", "session", "fresh:600"]])
  }

  "The e-mailed code of an account deletion."
  input ConfirmAccountDeletionInput {
    "Id of the verification that deleteAccount returned."
    verificationId: ID!
    "The e-mailed code, 8 digits."
    code: String!
  }

  "Whose account is deleted."
  input DeleteUserInput {
    "Id of the user."
    userId: ID!
  }

  "The account is gone, and the erasure of its data has begun."
  type AccountDeletion {
    "Shown once: erasureStatus answers anyone who holds it, after the account is gone too."
    receiptId: ID!
    "The erasure that has begun."
    erasure: Erasure!
  }

  "The removal of one person's data. It does not say whose once it is complete."
  type Erasure {
    "Id of the erasure."
    id: ID!
    "Its present state."
    status: ErasureStatus!
    "Who asked for it."
    requestedBy: ErasureRequester!
    "When it was asked for."
    requestedAt: DateTime!
    "When every service must have answered."
    deadline: DateTime!
    "When every service had answered. Null while it is running."
    completedAt: DateTime
    "Whether the deadline has passed and a service has not answered."
    isOverdue: Boolean!
    "Id of the person, for admins. Null once it is complete."
    userId: ID @policy(policies: [["role:admin"]])
    "One for each service that holds personal data."
    receipts: [ErasureReceipt!]!
  }

  "The state of an erasure."
  enum ErasureStatus {
    "A service has not answered yet."
    RUNNING
    "Every service has answered, or was waived."
    COMPLETED
  }

  "Who asked for an erasure."
  enum ErasureRequester {
    "The person."
    USER
    "An admin."
    ADMIN
  }

  "What one service did."
  type ErasureReceipt {
    "Name of the subgraph."
    subgraph: String!
    "When it answered. Null: it has not answered yet."
    completedAt: DateTime
    "How many records were removed. Null: it has not answered yet."
    erased: Int
    "How many records were kept without the person. Null: it has not answered yet."
    anonymised: Int
    "Whether an operator closed it because the service is gone and nobody answers."
    isWaived: Boolean!
  }

  "What erasures must match; what is absent does not count."
  input ErasureFilter {
    "Only erasures in this state."
    status: ErasureStatus
    "True: only those whose deadline has passed without every answer."
    isOverdue: Boolean
  }

  "A page of erasures."
  type ErasureConnection {
    "The erasures on this page, with their cursors."
    edges: [ErasureEdge!]!
    "Where this page lies in the list."
    pageInfo: PageInfo!
  }

  "An entry of a page."
  type ErasureEdge {
    "Pass it as after or before to read on from here."
    cursor: String!
    "The entry."
    node: Erasure!
  }
`

const receiptLimits = { receiptId: id } satisfies Limits<QueryErasureStatusArgs>

export const resolvers = {
  Query: {
    erasureStatus: async (_, args, { deps }) =>
      await findErasure(deps.db, parseInput(receiptLimits, args, []).receiptId),
    erasures: async (_, args, { deps }) => await listErasures(deps.db, args),
  },
  Mutation: {
    deleteAccount: async (_, __, context) => await deleteAccount(context.deps, context),
    confirmAccountDeletion: async (_, { input }, context) =>
      await confirmAccountDeletion(context.deps, context, input),
    deleteUser: async (_, { input }, context) => await deleteUser(context.deps, context, input),
  },
  Erasure: {
    requestedBy: (erasure) => erasure.requested_by,
    requestedAt: (erasure) => erasure.created_at,
    deadline: (erasure) => erasure.deadline_at,
    completedAt: (erasure) => erasure.completed_at,
    isOverdue: (erasure) => erasure.isOverdue(new Date()),
    userId: (erasure) => erasure.user_id,
  },
  ErasureReceipt: {
    completedAt: (receipt) => receipt.completed_at,
    isWaived: ({ completed_at, erased }) => completed_at !== null && erased === null,
  },
} satisfies Resolvers

export const rules = { Query: { erasures: adminAlone } } as unknown as Rules
